-- The folders of studies, in the order in which they came.
-- grain: study, folder
-- reads: runs
select study, folder
from runs
where study in $studies
order by study, folder_id
