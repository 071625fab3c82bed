-- The folders with a stamp that lay ahead of the night that read it, and when all of them have come, wherever its zone.
-- grain: folder
-- reads: findings
select
    folder,
    max(
        try_strptime(regexp_extract(reason, 'found ''(\d+-\d+-\d+ \d+:\d+:\d+)''', 1), '%m-%d-%Y %H:%M:%S')
    ) + interval 14 hours as is_past_at,
from findings
where code = 'Q303' and contains(reason, 'expected a time before now')
group by folder
having is_past_at is not null;
