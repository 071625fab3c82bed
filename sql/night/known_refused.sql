-- What was said of the study files that were refused.
-- grain: notice
-- reads: findings
select reason
from findings
where code = 'W211';
