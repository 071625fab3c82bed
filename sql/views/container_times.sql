-- Seconds each container waited (queue), worked (duration) and both (response).
-- grain: container_key
-- reads: containers, folders
create or replace view container_times as
select
    folders.study,
    folders.run,
    folders.folder,
    containers.container_id,
    containers.created_at,
    containers.started_at,
    containers.stopped_at,
    epoch_us(containers.started_at - containers.created_at) / 1e6 as queue_seconds,
    epoch_us(containers.stopped_at - containers.started_at) / 1e6 as duration_seconds,
    epoch_us(containers.stopped_at - containers.created_at) / 1e6 as response_seconds,
    containers.event_files,
    containers.container_key,
    containers.folder_id,
from containers
inner join folders on folders.folder_id = containers.folder_id;

comment on view container_times is 'Seconds each container waited (queue), worked (duration) and both (response).';
comment on column container_times.study is 'Study the row belongs to.';
comment on column container_times.run is 'Row of the design.';
comment on column container_times.folder is 'Log folder below the log root.';
comment on column container_times.container_id is 'Id of the container in the logs.';
comment on column container_times.created_at is 'Creation of the container (UTC).';
comment on column container_times.started_at is 'Start of its work (UTC).';
comment on column container_times.stopped_at is 'End of its work (UTC).';
comment on column container_times.queue_seconds is 'Creation to start.';
comment on column container_times.duration_seconds is 'Start to stop.';
comment on column container_times.response_seconds is 'Creation to stop.';
comment on column container_times.event_files is 'Event files that carry its id.';
comment on column container_times.container_key is 'Key of the container inside the warehouse.';
comment on column container_times.folder_id is 'Key of the folder.';
