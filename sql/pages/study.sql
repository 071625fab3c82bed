-- What a study asks and how much of its data is there.
-- grain: study
-- reads: studies, treatments, runs, findings, containers, points
with of_runs as (
    select study, run, count(*) as folders
    from runs
    where verdict = 'accepted' and is_planned
    group by study, run
),

-- A curve has two steps at least; of one value a run nothing is drawn.
curved as (
    select runs.study, min(points.step) < max(points.step) as has_curves
    from points
    inner join containers on containers.container_key = points.container_key
    inner join runs on runs.folder_id = containers.folder_id
    where runs.study in $studies and not points.is_superseded
    group by runs.study
)

select
    studies.study,
    studies.title,
    studies.timezone,
    studies.folders,
    studies.done_when,
    studies.design,
    studies.defining_relation,
    studies.resolution,
    studies.error_unit,
    (
        select count(distinct treatments.run)
        from treatments
        where treatments.study = studies.study and treatments.is_planned
    ) as runs_declared,
    cast(studies.definition ->> '$.containers' as integer) as containers_per_folder,
    coalesce(cast(studies.definition ->> '$.replicates' as integer), 1) as folders_per_run,
    studies.definition ->> '$.replicates' is not null as has_replicates,
    coalesce(cast(studies.definition ->> '$.alpha' as double), 0.05) as alpha,
    count(distinct runs.run) filter (where runs.verdict = 'accepted' and runs.is_planned) as runs_present,
    coalesce(sum(runs.containers) filter (where runs.verdict = 'accepted'), 0) as containers_present,
    count(runs.folder) filter (where runs.verdict = 'accepted') as folders_accepted,
    (
        select
            coalesce(
                sum(least(of_runs.folders, coalesce(cast(studies.definition ->> '$.replicates' as integer), 1))), 0
            )
        from of_runs
        where of_runs.study = studies.study
    ) as folders_counted,
    studies.definition ->> '$.source.table' is not null as is_of_tables,
    case
        when studies.definition ->> '$.source.table' is not null then 'row'
        when contains(replace(list_last(string_split(studies.definition ->> '$.source.files', '/')), '{container}', ''), '{')
            then 'file'
        when contains(list_last(string_split(studies.definition ->> '$.source.files', '/')), '{container}')
            and not contains(replace(studies.definition ->> '$.source.files', '{container}', ''), '{')
            then 'file'
        else 'folder'
    end as execution_word,
    coalesce(curved.has_curves, false) as has_curves,
    count(runs.folder) filter (where runs.verdict = 'unfinished') as folders_unfinished,
    count(runs.folder) filter (where runs.verdict = 'quarantined') as folders_quarantined,
    (
        select count(distinct findings.folder)
        from findings
        where findings.study = studies.study and findings.outcome = 'held'
    ) as folders_held,
from studies
left join runs on runs.study = studies.study
left join curved on curved.study = studies.study
where studies.study in $studies
group by all
order by studies.study
