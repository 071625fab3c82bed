-- Tables and views of the warehouse with what they hold.
-- grain: relation
-- reads: duckdb_tables, duckdb_views
select table_name as relation, 'table' as kind, comment
from duckdb_tables()
where not internal and schema_name = 'main'
union all
select view_name as relation, 'view' as kind, comment
from duckdb_views()
where not internal and schema_name = 'main'
order by relation
