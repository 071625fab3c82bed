-- Every curve of every tag of a study, a row each with its points in lists; of long curves, what draws the same line.
-- grain: study, tag, folder, container_id
-- reads: points, tags, containers, runs
-- All curves of a tag share 40,000 points; where that is too few, of each of so many ranges of steps the first, last,
-- lowest and highest are drawn (M4, as in run_points), and the means of the ranges stand beside them.
with asked as not materialized (
    select runs.study, points.tag_id, points.container_key, points.step, points.logged_at, points.value
    from points
    inner join containers on containers.container_key = points.container_key
    inner join runs on runs.folder_id = containers.folder_id
    where runs.study in $studies and runs.verdict <> 'quarantined' and not points.is_superseded and isfinite(points.value)
),

curves as (
    select
        study,
        tag_id,
        container_key,
        count(*) as logged,
        min(step) as first_step,
        max(step) as last_step,
        min(logged_at) as began_at,
        greatest(5, 10000 // count(*) over (partition by study, tag_id)) as ranges,
    from asked
    group by study, tag_id, container_key
),

ranged as (
    select
        asked.*,
        curves.logged <= 4 * curves.ranges as is_whole,
        if(
            curves.logged <= 4 * curves.ranges,
            null,
            (asked.step - curves.first_step) * curves.ranges::hugeint // (curves.last_step - curves.first_step + 1)
        ) as step_range,
        epoch_us(asked.logged_at - curves.began_at) / 1e6 as seconds,
    from asked
    inner join curves using (study, tag_id, container_key)
),

reduced as (
    select
        study,
        tag_id,
        container_key,
        avg(step) as step,
        avg(seconds) as seconds,
        avg(value) as value,
        [
            min({'step': step, 'seconds': seconds, 'value': value}),
            max({'step': step, 'seconds': seconds, 'value': value}),
        ] as ends,
        [
            min({'value': value, 'step': step, 'seconds': seconds}),
            max({'value': value, 'step': step, 'seconds': seconds}),
        ] as extremes,
    from ranged
    where not is_whole
    group by study, tag_id, container_key, step_range
),

drawn as (
    select study, tag_id, container_key, step, seconds, value from ranged where is_whole
    union all
    select study, tag_id, container_key, point.step, point.seconds, point.value
    from (
        select study, tag_id, container_key, unnest(ends) as point from reduced
        union
        select study, tag_id, container_key,
            unnest([{'step': e.step, 'seconds': e.seconds, 'value': e.value} for e in extremes])
        from reduced
    )
),

lines as (
    select
        study,
        tag_id,
        container_key,
        list(step order by step, seconds) as steps,
        list(round(seconds, 1) order by step, seconds) as seconds,
        list(value order by step, seconds) as values,
    from drawn
    group by study, tag_id, container_key
),

means as (
    select
        study,
        tag_id,
        container_key,
        list(round(step, 1) order by step) as mean_steps,
        list(round(seconds, 1) order by step) as mean_seconds,
        list(value order by step) as mean_values,
    from reduced
    group by study, tag_id, container_key
)

select
    curves.study,
    tags.tag,
    runs.run,
    runs.folder,
    containers.container_id,
    curves.logged,
    curves.began_at,
    lines.steps,
    lines.seconds,
    lines.values,
    means.mean_steps,
    means.mean_seconds,
    means.mean_values,
from curves
inner join lines using (study, tag_id, container_key)
left join means using (study, tag_id, container_key)
inner join tags on tags.tag_id = curves.tag_id
inner join containers on containers.container_key = curves.container_key
inner join runs on runs.folder_id = containers.folder_id
order by curves.study, tags.tag, runs.run nulls last, runs.folder, containers.container_id
