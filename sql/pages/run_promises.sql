-- The promises about a study, with what of this folder broke them.
-- grain: code, container_id, response
-- reads: verdicts, breaches
with latest as (
    select code, severity, promise
    from verdicts
    where study = $study
    qualify night_id = max(night_id) over ()
),

broken as (
    select code, container_id, response, found, reason
    from breaches
    where study = $study and folder = $folder
)

select
    latest.code,
    latest.severity,
    latest.promise,
    broken.code is null as is_kept,
    broken.container_id,
    broken.response,
    broken.found,
    broken.reason,
from latest
left join broken on broken.code = latest.code
order by is_kept, latest.code, broken.container_id, broken.response
