-- Columns of the warehouse with their types and meanings.
-- grain: relation, column
-- reads: duckdb_columns
select
    table_name as relation,
    column_index,
    column_name,
    data_type,
    comment,
from duckdb_columns()
where not internal and schema_name = 'main'
order by relation, column_index
