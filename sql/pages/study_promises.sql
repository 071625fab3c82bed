-- Whether each promise about a study held, in the last night that looked.
-- grain: code
-- reads: verdicts
select
    code,
    severity,
    promise,
    is_kept,
    rows_checked,
    rows_failing,
    observed,
from verdicts
where study = $study
qualify night_id = max(night_id) over ()
order by is_kept, code
