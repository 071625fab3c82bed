-- What is left out or waiting, as it stands.
-- grain: notice
-- reads: findings
select folder, code, outcome, reason, first_night_id
from findings
where outcome <> 'repaired'
order by outcome, folder, code, path, line;
