-- Every log folder that was loaded, with its place in its design and how it stands.
-- grain: folder_id
-- reads: nothing (loaded by the night)
create table folders (
    folder_id integer,
    folder varchar using compression zstd,
    study varchar,
    run integer,
    replicate varchar,
    block varchar,
    kind varchar default 'folder',
    table_id integer,
    state varchar,
    is_gone boolean,
    first_night_id integer,
    night_id integer,
);

comment on table folders is 'Every log folder that was loaded, with its place in its design and how it stands.';
comment on column folders.folder_id is 'Key of the folder; never given to another.';
comment on column folders.folder is 'Path of the folder below the log root.';
comment on column folders.study is 'Study that claims it.';
comment on column folders.run is 'Row of the design it executes; null where it matches none.';
comment on column folders.replicate is 'Which execution of the run it is, where something tells it from others.';
comment on column folders.block is 'What the columns of a table say of the blocks that its study declares, by name as JSON; null where there are none.';
comment on column folders.state is 'finished, unfinished while a stamp or a file is awaited, or left out where the study says that it is not to count.';
comment on column folders.is_gone is 'Whether the folder has since vanished from the log root; its facts stay.';
comment on column folders.first_night_id is 'Night that loaded it first.';
comment on column folders.night_id is 'Night that loaded it last.';
comment on column folders.kind is 'folder (or a file that is an execution of its own), table (a result table), or row (of a table).';
comment on column folders.table_id is 'The table that a row stands in; null for others.';
