-- Every scalar ever logged, with the names of its study, folder, container and tag.
-- grain: container_key, tag, step, record
-- reads: points, tags, containers, folders, files
create or replace view metrics as
select
    folders.study,
    folders.run,
    folders.folder,
    containers.container_id,
    tags.tag,
    tags.within,
    points.step,
    points.logged_at,
    points.value,
    points.is_superseded,
    files.path,
from points
inner join tags on tags.tag_id = points.tag_id
inner join containers on containers.container_key = points.container_key
inner join folders on folders.folder_id = containers.folder_id
inner join files on files.file_id = points.file_id;

comment on view metrics is 'Every scalar ever logged, with the names of its study, folder, container and tag.';
comment on column metrics.study is 'Study the row belongs to.';
comment on column metrics.run is 'Row of the design.';
comment on column metrics.folder is 'Log folder below the log root.';
comment on column metrics.container_id is 'Id of the container in the logs.';
comment on column metrics.tag is 'Name it was logged under.';
comment on column metrics.step is 'Step, as logged.';
comment on column metrics.logged_at is 'Wall time of the record (UTC).';
comment on column metrics.value is 'The scalar.';
comment on column metrics.is_superseded is 'Whether a later write gave the same tag and step another value.';
comment on column metrics.path is 'File it was read from.';
comment on column metrics.within is 'Folders between the container and the file, such as train or validation; empty for none.';
