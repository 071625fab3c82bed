-- Executions of runs: each folder, its run and whether it counts.
-- grain: folder
-- reads: runs, studies
select
    runs.study,
    runs.run,
    runs.replicate,
    runs.folder,
    runs.verdict,
    runs.reason,
    runs.is_gone,
    runs.containers,
    studies.title,
    studies.timezone,
from runs
inner join studies on studies.study = runs.study
where runs.folder in $folders
order by runs.folder
