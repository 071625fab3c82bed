-- The rows that broke a promise, by name, with the remedy.
-- grain: study, code, folder, container_id, response
-- reads: breaches
select
    study,
    code,
    severity,
    folder,
    container_id,
    response,
    found,
    reason,
from breaches
order by study nulls first, severity, code, folder, container_id, response
