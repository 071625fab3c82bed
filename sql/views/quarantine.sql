-- Everything that was left out, with its reason: bad files and lines, what was not taken, folders that broke a stop promise.
-- grain: one row per reason
-- reads: findings, breaches
create or replace view quarantine as
select
    study,
    folder,
    container_id,
    path as file,
    line,
    byte_offset,
    code,
    reason,
    night_id,
from findings
where outcome in ('quarantined', 'held')
union all
select
    study,
    folder,
    container_id,
    null as file,
    null as line,
    null as byte_offset,
    code,
    reason,
    night_id,
from breaches
where severity = 'stop';

comment on view quarantine is 'Everything that was left out, with its reason: bad files and lines, what was not taken of accepted folders, and folders that broke a stop promise.';
comment on column quarantine.study is 'Study the row belongs to.';
comment on column quarantine.folder is 'Log folder below the log root.';
comment on column quarantine.container_id is 'Id of the container in the logs.';
comment on column quarantine.file is 'File it was found in.';
comment on column quarantine.line is 'Line in that file.';
comment on column quarantine.byte_offset is 'Byte in that file.';
comment on column quarantine.code is 'Code of the notice or promise.';
comment on column quarantine.reason is 'Where, what was found, what was expected, what to do.';
comment on column quarantine.night_id is 'Night that noticed it.';
