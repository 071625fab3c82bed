-- Name the event files that hold fewer records than were read of them before.
-- grain: statements
-- reads: files, findings
insert into findings
select
    read_before.folder,
    read_before.study,
    null as container_id,
    read_before.path,
    null as line,
    null as byte_offset,
    'Q321' as code,
    'quarantined' as outcome,
    read_before.path || ': found ' || coalesce(files.records || ' records', 'no file') || ', expected at least the '
    || read_before.records || ' records that were read before. Bring the file back, or accept the loss with '
    || '`doehouse night --folder ' || read_before.folder || '`.' as reason,
    $night_id as first_night_id,
    $night_id as night_id,
from read_before
left join files on files.path = read_before.path
where coalesce(files.records, -1) < read_before.records
order by read_before.path;

drop table read_before;
