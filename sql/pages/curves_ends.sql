-- Where the curves of each tag begin and end in each run of the design.
-- grain: study, tag, run
-- reads: metrics, runs
with asked as (
    select metrics.study, metrics.tag, metrics.run, metrics.folder, metrics.container_id, metrics.step, metrics.value
    from metrics
    inner join runs on runs.study = metrics.study and runs.folder = metrics.folder
    where metrics.study in $studies and runs.verdict <> 'quarantined' and not metrics.is_superseded and isfinite(metrics.value)
),

curves as (
    select
        study,
        tag,
        run,
        folder,
        container_id,
        count(*) as logged,
        max(step) as last_step,
        arg_min(value, step) as first_value,
        arg_max(value, step) as last_value,
    from asked
    group by study, tag, run, folder, container_id
)

select
    study,
    tag,
    run,
    count(distinct folder) as folders,
    count(*) as containers,
    sum(logged)::bigint as logged,
    max(last_step) as last_step,
    mean_of(first_value) as first_mean,
    mean_of(last_value) as last_mean,
    min(last_value) as lowest_last,
    max(last_value) as highest_last,
from curves
group by study, tag, run
order by study, tag, run nulls last
