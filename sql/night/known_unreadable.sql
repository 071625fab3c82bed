-- The folders above those that studies may claim, which could not be listed.
-- grain: folder
-- reads: findings
select folder
from findings
where code = 'Q317' and study is null;
