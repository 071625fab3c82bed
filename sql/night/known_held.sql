-- The folders that are held back, and because of which files or tables.
-- grain: folder, path
-- reads: findings
select distinct folder, path
from findings
where outcome = 'held';
