-- Every name that a query may use, for completion.
-- grain: name
-- reads: duckdb_columns(), duckdb_functions()
select distinct table_name as name
from duckdb_columns()
where not internal
union
select distinct column_name as name
from duckdb_columns()
where not internal
union
select distinct function_name as name
from duckdb_functions()
where not internal
order by name;
