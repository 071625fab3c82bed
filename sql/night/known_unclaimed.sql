-- The folders that no study claimed.
-- grain: folder
-- reads: findings
select folder
from findings
where code = 'W208';
