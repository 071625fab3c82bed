-- Give the folders in $before the names in $now, before they are read again.
-- grain: statements
-- reads: folders, findings, held_files
-- $now[i] is the name of $before[i].
create or replace temp table renamed as
select
    unnest(cast($before as varchar[])) as folder,
    unnest(cast($now as varchar[])) as name;

delete from findings
where folder in (select folder from renamed);

delete from held_files
where folder_id in (select folder_id from folders where folder in (select folder from renamed));

update folders
set folder = renamed.name
from renamed
where folders.folder = renamed.folder;

drop table renamed;
