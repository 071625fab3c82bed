-- The tags of what is no scalar in the files $file_ids.
-- grain: file, tag
-- reads: summaries
select distinct
    file_id,
    tag,
from summaries
where file_id in (select unnest(cast($file_ids as integer[])));
