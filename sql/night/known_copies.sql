-- The folders that are copies of others.
-- grain: folder
-- reads: findings
select folder
from findings
where code = 'Q328';
