-- The rows of the result tables $table_ids.
-- grain: folder
-- reads: folders
select folder_id
from folders
where list_contains(cast($table_ids as integer[]), table_id);
