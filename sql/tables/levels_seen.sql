-- Levels that can be seen in the data, to be held against the declared ones.
-- grain: folder_id, container_id, factor, source
-- reads: nothing (loaded by the night)
create table levels_seen (
    folder_id integer,
    container_id varchar,
    factor varchar,
    seen varchar,
    source varchar,
);

comment on table levels_seen is 'Levels that can be seen in the data, to be held against the declared ones.';
comment on column levels_seen.folder_id is 'Folder they were seen in.';
comment on column levels_seen.container_id is 'Container they were seen at; null where it is the whole folder.';
comment on column levels_seen.factor is 'Factor, as the study names it.';
comment on column levels_seen.seen is 'Level that was seen.';
comment on column levels_seen.source is 'path, or the configuration file.';
