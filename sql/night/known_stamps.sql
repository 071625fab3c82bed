-- The stamps that a table beside the runs told, as written there; they stand in no file of their folder.
-- grain: folder, container_id, event
-- reads: stamps, folders
select folders.folder, stamps.container_id, stamps.event, stamps.raw
from stamps
inner join folders on folders.folder_id = stamps.folder_id
where stamps.file_id is null;
