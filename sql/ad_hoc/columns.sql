-- The columns of $relation with their comments.
-- grain: column
-- reads: duckdb_columns()
select column_name, data_type, comment
from duckdb_columns()
where table_name = $relation
order by column_index;
