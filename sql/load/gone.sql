-- Mark the folders in $folders as gone; their facts stay. Those in $standing are there, but no study claims them.
-- grain: statements
-- reads: folders
update folders
set is_gone = true, night_id = $night_id
where list_contains($folders, folder)
    or table_id in (select folder_id from folders where list_contains($folders, folder));

insert into findings
select
    folder,
    study,
    null as container_id,
    null as path,
    null as line,
    null as byte_offset,
    'R108' as code,
    'repaired' as outcome,
    if(
        list_contains(cast($standing as varchar[]), folder),
        folder || ': is claimed by no study any more, expected ' || study || ' to claim it. Its facts are kept; '
        || 'correct the `folders` of the study.',
        folder || ': vanished from the log root, expected it to stay. Its facts are kept; '
        || 'bring it back, or remove it for good with `doehouse forget ' || folder || '`.'
    ) as reason,
    $night_id as first_night_id,
    $night_id as night_id,
from folders
where list_contains($folders, folder)
order by folder;
