-- The training jobs of every folder with their stamps.
-- grain: container_key
-- reads: nothing (loaded by the night)
create table containers (
    container_key integer,
    container_id varchar using compression zstd,
    folder_id integer,
    created_at timestamp,
    started_at timestamp,
    stopped_at timestamp,
    first_event_at timestamp,
    last_event_at timestamp,
    event_files integer,
);

comment on table containers is 'The training jobs of every folder with their stamps.';
comment on column containers.container_key is 'Key of the container inside the warehouse.';
comment on column containers.container_id is 'Id of the container in the logs.';
comment on column containers.folder_id is 'Folder it ran in.';
comment on column containers.created_at is 'Creation of the container (UTC).';
comment on column containers.started_at is 'Start of its work (UTC).';
comment on column containers.stopped_at is 'End of its work (UTC).';
comment on column containers.event_files is 'Event files that carry its id.';
comment on column containers.first_event_at is 'Wall time of the first record of its event files, or first row of its result file (UTC).';
comment on column containers.last_event_at is 'Wall time of the last one.';
