-- Whether each promise held, study by study, over the last 30 nights and the last night of each study.
-- grain: study, code, night_id
-- reads: verdicts
select
    study,
    code,
    severity,
    relation,
    promise,
    night_id,
    is_kept,
    rows_checked,
    rows_failing,
    observed,
from verdicts
qualify dense_rank() over (order by night_id desc) <= 30 or night_id = max(night_id) over (partition by study)
order by study nulls first, code, night_id
