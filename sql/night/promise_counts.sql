-- Promises as they stand: the newest verdict of each study and promise.
-- grain: one row
-- reads: verdicts, studies
with newest as (
    select verdicts.study, max(verdicts.night_id) as night_id
    from verdicts
    inner join studies on studies.study = verdicts.study
    group by verdicts.study
)

select
    count(*) filter (where is_kept) as promises_kept,
    count(*) filter (where not is_kept) as promises_broken,
from verdicts
inner join newest using (study, night_id);
