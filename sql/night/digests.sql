-- What was read of each file of the folder $folder.
-- grain: file
-- reads: files, folders
select files.path, files.sha256
from files
inner join folders on folders.folder_id = files.folder_id
where folders.folder = $folder;
