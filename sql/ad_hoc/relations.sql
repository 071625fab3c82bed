-- Every relation with its comment: the studies' own views first, then views, then tables.
-- grain: relation
-- reads: duckdb_views(), duckdb_tables(), studies
with relations as (
    select view_name as relation, comment, view_name in (select study from studies) as is_study, true as is_view
    from duckdb_views()
    where not internal
    union all
    select table_name as relation, comment, false as is_study, false as is_view
    from duckdb_tables()
    where not internal
)

select relation, comment
from relations
order by is_study desc, is_view desc, relation;
