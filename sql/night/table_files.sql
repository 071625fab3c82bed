-- The files of the result tables among $folder_ids.
-- grain: file
-- reads: files
select folder_id, file_id
from files
where list_contains(cast($folder_ids as integer[]), folder_id) and kind = 'table';
