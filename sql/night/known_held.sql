-- The folders that are held back.
-- grain: folder
-- reads: findings
select distinct folder
from findings
where outcome = 'held';
