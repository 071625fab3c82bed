-- Every relation with its comment and columns: the studies' own views first, then views, then tables.
-- grain: relation
-- reads: duckdb_views(), duckdb_tables(), duckdb_columns(), studies
with relations as (
    select view_name as relation, comment, view_name in (select study from studies) as is_study, true as is_view
    from duckdb_views()
    where not internal
    union all
    select table_name as relation, comment, false as is_study, false as is_view
    from duckdb_tables()
    where not internal
),

columns as (
    select table_name as relation, list(column_name order by column_index) as names
    from duckdb_columns()
    where not internal
    group by table_name
)

select relation, comment, columns.names
from relations
left join columns using (relation)
order by is_study desc, is_view desc, relation;
