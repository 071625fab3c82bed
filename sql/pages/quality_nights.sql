-- Every night with what it saw and how it ended.
-- grain: night_id
-- reads: nights
select
    night_id,
    started_at,
    finished_at,
    folders_seen,
    folders_new,
    folders_changed,
    folders_gone,
    folders_held,
    runs_accepted,
    runs_unfinished,
    runs_left_out,
    runs_quarantined,
    folders_unclaimed,
    promises_kept,
    promises_broken,
    doehouse_version,
from nights
order by night_id desc
limit 60
