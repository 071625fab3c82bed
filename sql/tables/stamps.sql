-- Every readable line of the time stamp logs.
-- grain: folder_id, file_id, line
-- reads: nothing (loaded by the night)
create table stamps (
    folder_id integer,
    file_id integer,
    line integer,
    container_id varchar,
    event varchar,
    stamped_at timestamp,
    raw varchar,
);

comment on table stamps is 'Every readable line of the time stamp logs.';
comment on column stamps.folder_id is 'Folder of the log.';
comment on column stamps.file_id is 'File the line stands in.';
comment on column stamps.line is 'Line number, from 1.';
comment on column stamps.container_id is 'Container the stamp is of.';
comment on column stamps.event is 'create, start or stop.';
comment on column stamps.stamped_at is 'The moment (UTC).';
comment on column stamps.raw is 'The stamp as written, in the study''s zone.';
