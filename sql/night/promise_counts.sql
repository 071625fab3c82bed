-- Promises as they stand: the newest verdicts of each study and of the whole warehouse.
-- grain: one row
-- reads: verdicts, studies
with newest as (
    select study, code, is_kept
    from verdicts
    where study is null or study in (select study from studies)
    qualify night_id = max(night_id) over (partition by study)
)

select
    count(*) filter (where is_kept) as promises_kept,
    count(*) filter (where not is_kept) as promises_broken,
from newest;
