-- Every readable line of the time stamp logs: every attempt of a container that was restarted.
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
    is_superseded boolean,
);

comment on table stamps is 'Every readable line of the time stamp logs: every attempt of a container that was restarted.';
comment on column stamps.folder_id is 'Folder of the log.';
comment on column stamps.file_id is 'File the line stands in; null for a line of a table beside the runs.';
comment on column stamps.line is 'Line number, from 1.';
comment on column stamps.container_id is 'Container the stamp is of.';
comment on column stamps.event is 'create, start or stop.';
comment on column stamps.stamped_at is 'The moment (UTC); null for one that does not count and happened twice (end of daylight saving).';
comment on column stamps.raw is 'The stamp as written, in the study''s zone.';
comment on column stamps.is_superseded is 'Whether another attempt''s stamp counts instead, as `restarts` of the study says.';
