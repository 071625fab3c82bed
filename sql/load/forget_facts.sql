-- Remove the facts of the folders in $folder_ids, to load them again or for good.
-- grain: statements
-- reads: points, summaries, files, stamps, containers, levels_seen
delete from points
where container_key in (select container_key from containers where list_contains($folder_ids, folder_id));

delete from summaries
where file_id in (select file_id from files where list_contains($folder_ids, folder_id));

delete from files
where list_contains($folder_ids, folder_id);

delete from stamps
where list_contains($folder_ids, folder_id);

delete from levels_seen
where list_contains($folder_ids, folder_id);

delete from containers
where list_contains($folder_ids, folder_id);
