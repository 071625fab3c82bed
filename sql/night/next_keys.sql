-- The first keys that are free.
-- grain: one row
-- reads: nights, folders, files, containers
select
    (select coalesce(max(night_id), 0) + 1 from nights) as night_id,
    (select coalesce(max(folder_id), 0) + 1 from folders) as folder_id,
    (select coalesce(max(file_id), 0) + 1 from files) as file_id,
    (select coalesce(max(container_key), 0) from containers) as container_offset;
