-- What the reading of a folder noticed.
-- grain: one row per notice
-- reads: findings
select
    code,
    outcome,
    container_id,
    path,
    line,
    byte_offset,
    reason,
from findings
where folder = $folder
order by outcome, code, path, line, byte_offset, container_id, reason
