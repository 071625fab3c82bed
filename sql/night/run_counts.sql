-- How the folders of the warehouse stand.
-- grain: one row
-- reads: runs, folders, findings
select
    count(*) filter (where verdict = 'accepted') as runs_accepted,
    count(*) filter (where verdict = 'unfinished') as runs_unfinished,
    count(*) filter (where verdict = 'quarantined') as runs_quarantined,
    count(*) filter (where is_gone) as folders_gone,
    (select count(*) from folders where state = 'left out') as runs_left_out,
    (select count(distinct folder) from findings where outcome = 'held') as folders_held,
    (select count(*) from findings where code = 'W208') as folders_unclaimed,
from runs;
