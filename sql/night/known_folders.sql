-- What the warehouse has of each folder.
-- grain: folder
-- reads: folders
select folder_id, folder, study, state, is_gone, run, replicate
from folders
where kind is distinct from 'row'
order by folder_id;
