-- The files as they were when they were read.
-- grain: file
-- reads: files, folders
select folders.folder, files.path, files.size_bytes, files.modified_ns
from files
inner join folders on folders.folder_id = files.folder_id;
