-- What the reading of folders noticed: quarantined, waiting, repaired, unclaimed.
-- grain: one row per notice
-- reads: findings
select
    outcome,
    study,
    folder,
    code,
    container_id,
    path,
    line,
    byte_offset,
    reason,
    first_night_id,
    night_id,
from findings
order by outcome, study nulls first, folder, code, path, line, byte_offset, container_id, reason
