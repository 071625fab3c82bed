-- Remove the facts of the table rows in $folder_ids, whose points were read of a file that stays.
-- grain: statements
-- reads: points, containers, stamps, levels_seen
delete from points
where container_key in (
    select container_key
    from containers
    where list_contains(cast($folder_ids as integer[]), folder_id)
);

delete from stamps
where list_contains(cast($folder_ids as integer[]), folder_id);

delete from levels_seen
where list_contains(cast($folder_ids as integer[]), folder_id);

delete from containers
where list_contains(cast($folder_ids as integer[]), folder_id);
