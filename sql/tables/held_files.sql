-- The files of folders that are held back, as they stand in the log root.
-- grain: path
-- reads: nothing (loaded by the night)
create table held_files (
    folder_id integer,
    path varchar,
    size_bytes bigint,
    modified_ns bigint,
    is_read boolean,
);

comment on table held_files is 'The files of folders that are held back, as they stand in the log root.';
comment on column held_files.folder_id is 'Folder it lies in.';
comment on column held_files.path is 'Path below the log root.';
comment on column held_files.size_bytes is 'Size when it was seen.';
comment on column held_files.modified_ns is 'Time of last change, nanoseconds since 1970, as the file system gave it.';
comment on column held_files.is_read is 'Whether it could be read; if not, every night tries again.';
