-- The rows that break a promise, as they stand.
-- grain: breach
-- reads: breaches
select study, code, severity, folder, container_id, response, found, reason
from breaches
order by severity, study, code, folder, container_id, response;
