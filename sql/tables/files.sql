-- Every file that was read, with what was read of it.
-- grain: file_id
-- reads: nothing (loaded by the night)
create table files (
    file_id integer,
    folder_id integer,
    container_key integer,
    path varchar,
    kind varchar,
    size_bytes bigint,
    modified_ns bigint,
    sha256 varchar,
    read_bytes bigint,
    skipped_bytes bigint,
    records bigint,
    scalars bigint,
    night_id integer,
);

comment on table files is 'Every file that was read, with what was read of it.';
comment on column files.file_id is 'Key of the file.';
comment on column files.folder_id is 'Folder it lies in.';
comment on column files.container_key is 'Container it belongs to; null for logs of the whole folder.';
comment on column files.path is 'Path below the log root.';
comment on column files.kind is 'events, create, start, stop, pod or config.';
comment on column files.size_bytes is 'Size when it was read.';
comment on column files.modified_ns is 'Time of last change, nanoseconds since 1970, as the file system gave it.';
comment on column files.sha256 is 'Digest of the whole content; null where the file was refused, or where holes in it were leapt over.';
comment on column files.read_bytes is 'Bytes from the start that were read or explained; a torn tail begins here.';
comment on column files.skipped_bytes is 'Bytes inside that were damaged and skipped.';
comment on column files.records is 'Records or lines that were read.';
comment on column files.scalars is 'Scalars among them.';
comment on column files.night_id is 'Night that read it.';
