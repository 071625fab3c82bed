-- What was left out or is waiting, with the reason and the remedy.
-- grain: reason
-- reads: runs, findings
select folder, verdict, reason
from runs
where verdict <> 'accepted'
union all
select folder, outcome, reason
from findings
where outcome <> 'repaired'
order by all;
