-- Folders whose facts may differ between the house and the lake: loaded after the night that was shared last, or gone.
-- grain: folder_id
-- reads: folders of the house and of the lake
create or replace temp table touched as
select folder_id
from house.folders
where night_id > $night
union
select folders.folder_id
from lake.folders as folders
anti join house.folders as present on present.folder_id = folders.folder_id;

create or replace temp table touched_containers as
select container_key
from house.containers
semi join touched on touched.folder_id = containers.folder_id
union
select container_key
from lake.containers
semi join touched on touched.folder_id = containers.folder_id;
