-- Every study with how much of it is there, and when it last changed.
-- grain: study
-- reads: studies, runs, treatments, findings, nights, verdicts
with declared as (
    select study, count(distinct run) as runs_declared
    from treatments
    where is_planned
    group by study
),

present as (
    select
        study,
        count(distinct run) filter (where verdict = 'accepted' and is_planned) as runs_present,
        count(*) filter (where verdict = 'quarantined') as folders_quarantined,
        count(*) filter (where verdict = 'unfinished') as folders_unfinished,
        max(night_id) as last_night_id,
    from runs
    group by study
),

-- Of each run no more folders count than are planned.
counted as (
    select of_runs.study, sum(least(of_runs.folders, coalesce(cast(studies.definition ->> '$.replicates' as integer), 1))) as folders
    from (
        select study, run, count(*) as folders
        from runs
        where verdict = 'accepted' and is_planned
        group by study, run
    ) as of_runs
    inner join studies on studies.study = of_runs.study
    group by of_runs.study
),

held as (
    select study, count(distinct folder) as folders_held
    from findings
    where outcome = 'held'
    group by study
),

-- A run without a folder (DES-1) is work in progress, and told as such.
broken as (
    select study, count(*) filter (where not is_kept and code <> 'DES-1') as promises_broken
    from (
        from verdicts
        qualify night_id = max(night_id) over (partition by study)
    )
    group by study
)

select
    studies.study,
    studies.title,
    studies.design,
    declared.runs_declared,
    coalesce(present.runs_present, 0) as runs_present,
    coalesce(cast(counted.folders as bigint), 0) as folders_counted,
    declared.runs_declared * coalesce(cast(studies.definition ->> '$.replicates' as integer), 1) as folders_planned,
    studies.definition ->> '$.source.table' is not null as is_of_tables,
    coalesce(present.folders_quarantined, 0) as folders_quarantined,
    coalesce(present.folders_unfinished, 0) as folders_unfinished,
    coalesce(held.folders_held, 0) as folders_held,
    coalesce(broken.promises_broken, 0) as promises_broken,
    nights.night_id as last_changed_night_id,
    nights.finished_at as last_changed_at,
from studies
left join declared on declared.study = studies.study
left join present on present.study = studies.study
left join counted on counted.study = studies.study
left join held on held.study = studies.study
left join nights on nights.night_id = present.last_night_id
left join broken on broken.study = studies.study
order by studies.study
