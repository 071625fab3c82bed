-- When the newest file of each of $studies was written, and how old that is at $now; a time that lies ahead counts as now.
-- grain: study; no row before its first file
-- reads: files, held_files, folders
with written as (
    select folders.study, files.modified_ns
    from files
    inner join folders on folders.folder_id = files.folder_id
    where folders.study in $studies
    union all
    select folders.study, held_files.modified_ns
    from held_files
    inner join folders on folders.folder_id = held_files.folder_id
    where folders.study in $studies
),

newest as (
    select study, make_timestamptz(max(modified_ns) // 1000) as written_at
    from written
    group by study
)

select
    study,
    written_at,
    greatest(0, date_diff('second', written_at, cast($now as timestamptz))) as age_seconds,
from newest
where written_at is not null;
