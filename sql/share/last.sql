-- What was written down of the night that was shared last.
-- grain: one row, or none
-- reads: the snapshots of the lake
select snapshot_id, cast(snapshot_time as varchar) as snapshot_time, commit_extra_info
from lake.snapshots()
where commit_extra_info is not null
order by snapshot_id desc
limit 1;
