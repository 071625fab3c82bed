-- The promises about a study, with what of these folders broke them.
-- grain: folder, code, container_id, response
-- reads: verdicts, breaches, folders
with latest as (
    select code, severity, promise
    from verdicts
    where study = $study
    qualify night_id = max(night_id) over ()
),

broken as (
    select folder, code, container_id, response, found, reason
    from breaches
    where study = $study and folder in $folders
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
cross join latest
left join broken on broken.folder = folders.folder and broken.code = latest.code
where folders.study = $study and folders.folder in $folders
order by folders.folder, is_kept, latest.code, broken.container_id, broken.response
