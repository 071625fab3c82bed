-- Every view there is.
-- grain: view
-- reads: duckdb_views()
select view_name
from duckdb_views()
where not internal and not temporary
order by view_name;
