-- Remove the facts of the folders in $folder_ids, to load them again or for good, but those read of the files in $kept.
-- grain: statements
-- reads: points, summaries, files, stamps, containers, levels_seen
create or replace temp table doomed as
select file_id
from files
where list_contains(cast($folder_ids as integer[]), folder_id)
    and not list_contains(cast($kept as integer[]), file_id);

delete from points
where file_id in (select file_id from doomed);

delete from summaries
where file_id in (select file_id from doomed);

drop table doomed;

delete from files
where list_contains($folder_ids, folder_id);

delete from stamps
where list_contains($folder_ids, folder_id);

delete from levels_seen
where list_contains($folder_ids, folder_id);

delete from containers
where list_contains($folder_ids, folder_id);
