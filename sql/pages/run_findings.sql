-- What the reading of folders noticed.
-- grain: one row per notice
-- reads: findings
select
    folder,
    code,
    outcome,
    container_id,
    path,
    line,
    byte_offset,
    reason,
from findings
where folder in $folders
order by folder, outcome, code, path, line, byte_offset, container_id, reason
