-- Executions of runs: each folder, its run and whether it counts.
-- grain: folder
-- reads: runs
select
    study,
    run,
    replicate,
    folder,
    verdict,
    reason,
    is_gone,
    containers,
from runs
where folder in $folders
order by folder
