-- What the reading of a folder noticed: repaired, waiting, quarantined or held, with file and line.
-- grain: one row per notice
-- reads: nothing (loaded by the night)
create table findings (
    folder varchar,
    study varchar,
    container_id varchar,
    path varchar,
    line integer,
    byte_offset bigint,
    code varchar,
    outcome varchar,
    reason varchar,
    first_night_id integer,
    night_id integer,
);

comment on table findings is 'What the reading of a folder noticed: repaired, waiting, quarantined or held, with file and line.';
comment on column findings.folder is 'Folder it concerns.';
comment on column findings.study is 'Study that claims the folder; null where none does.';
comment on column findings.container_id is 'Container it concerns; null where it is the whole folder.';
comment on column findings.path is 'File it was found in.';
comment on column findings.line is 'Line in that file.';
comment on column findings.byte_offset is 'Byte in that file.';
comment on column findings.code is 'Code of the notice, listed in the manual.';
comment on column findings.outcome is 'repaired (read all the same), waiting (looked at again next night), quarantined (left out) or held (not taken: what was read of an accepted folder before stays).';
comment on column findings.reason is 'Where, what was found, what was expected, what to do.';
comment on column findings.first_night_id is 'Night that noticed it first.';
comment on column findings.night_id is 'Night that noticed it last.';
