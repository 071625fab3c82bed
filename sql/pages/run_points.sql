-- Every epoch of every tag that the containers of folders logged; of long curves, what draws the same line.
-- grain: folder, tag, container_id, step, record
-- reads: metrics
-- Of a long curve, the first, last, lowest and highest value of each of 250 ranges of steps: Jugel, Jerzak,
-- Hackenbroich, Markl (2014), M4: A Visualization-Oriented Time Series Data Aggregation, PVLDB 7 (10). Nothing is
-- materialized, so that a folder of any size takes the memory of what is drawn.
with asked as not materialized (
    select folder, tag, container_id, step, logged_at, value, is_superseded
    from metrics
    where folder in $folders
),

extents as (
    select folder, tag, container_id, count(*) as logged, min(step) as first_step, max(step) as last_step
    from asked
    group by all
),

few as (
    select asked.folder, extents.logged, asked.tag, asked.container_id, asked.step, asked.logged_at, asked.value,
        asked.is_superseded
    from asked
    inner join extents using (folder, tag, container_id)
    where extents.logged <= 1000
),

many as (
    select asked.folder, extents.logged, asked.tag, asked.container_id, asked.is_superseded,
        (asked.step - extents.first_step) * 250::hugeint
        // (extents.last_step - extents.first_step + 1) as step_range,
        [
            min({'step': asked.step, 'logged_at': asked.logged_at, 'value': asked.value}),
            max({'step': asked.step, 'logged_at': asked.logged_at, 'value': asked.value}),
        ] as ends,
        [
            min({'value': asked.value, 'step': asked.step, 'logged_at': asked.logged_at})
            filter (isfinite(asked.value)),
            max({'value': asked.value, 'step': asked.step, 'logged_at': asked.logged_at})
            filter (isfinite(asked.value)),
        ] as extremes,
    from asked
    inner join extents using (folder, tag, container_id)
    where extents.logged > 1000
    group by all
),

drawn as (
    select folder, logged, tag, container_id, is_superseded, unnest(ends) as point
    from many
    union
    select folder, logged, tag, container_id, is_superseded,
        unnest([{'step': e.step, 'logged_at': e.logged_at, 'value': e.value} for e in extremes if e is not null])
    from many
)

select folder, logged, tag, container_id, step, logged_at, value, is_superseded from few
union all
select folder, logged, tag, container_id, point.step, point.logged_at, point.value, is_superseded from drawn
order by folder, tag, container_id, step, logged_at, value
