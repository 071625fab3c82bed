-- The promises about a study, with what of these folders broke them.
-- grain: folder, code, container_id, response
-- reads: verdicts, breaches, folders
with latest as (
    select study, code, severity, promise
    from verdicts
    qualify night_id = max(night_id) over (partition by study)
),

broken as (
    select folder, code, container_id, response, found, reason
    from breaches
    where folder in $folders
)

select
    folders.folder,
    latest.code,
    latest.severity,
    latest.promise,
    broken.code is null as is_kept,
    broken.container_id,
    broken.response,
    broken.found,
    broken.reason,
from folders
inner join latest on latest.study = folders.study
left join broken on broken.folder = folders.folder and broken.code = latest.code
where folders.folder in $folders
order by folders.folder, is_kept, latest.code, broken.container_id, broken.response
