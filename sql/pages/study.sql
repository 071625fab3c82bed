-- What a study asks and how much of its data is there.
-- grain: study
-- reads: studies, treatments, runs, findings
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
    (select count(distinct treatments.run) from treatments where treatments.study = studies.study) as runs_declared,
    cast(studies.definition ->> '$.containers' as integer) as containers_per_folder,
    coalesce(cast(studies.definition ->> '$.replicates' as integer), 1) as folders_per_run,
    studies.definition ->> '$.replicates' is not null as is_planned,
    coalesce(cast(studies.definition ->> '$.alpha' as double), 0.05) as alpha,
    count(distinct runs.run) filter (where runs.verdict = 'accepted') as runs_present,
    coalesce(sum(runs.containers) filter (where runs.verdict = 'accepted'), 0) as containers_present,
    count(runs.folder) filter (where runs.verdict = 'accepted') as folders_accepted,
    count(runs.folder) filter (where runs.verdict = 'unfinished') as folders_unfinished,
    count(runs.folder) filter (where runs.verdict = 'quarantined') as folders_quarantined,
    (
        select count(distinct findings.folder)
        from findings
        where findings.study = studies.study and findings.outcome = 'held'
    ) as folders_held,
from studies
left join runs on runs.study = studies.study
where studies.study in $studies
group by all
order by studies.study
