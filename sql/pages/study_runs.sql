-- Every execution of a run: its folder, whether it counts, and when it ran.
-- grain: study, folder
-- reads: runs, container_times
with times as (
    select
        folder_id,
        min(started_at) as started_at,
        max(stopped_at) as stopped_at,
    from container_times
    group by folder_id
)

select
    runs.study,
    runs.run,
    runs.replicate,
    runs.folder,
    runs.verdict,
    runs.containers,
    times.started_at,
    times.stopped_at,
    runs.is_gone,
    runs.reason,
from runs
left join times on times.folder_id = runs.folder_id
where runs.study in $studies
order by runs.study, runs.run nulls last, runs.folder
