-- Whether each promise about a study held, in the last night that looked.
-- grain: study, code
-- reads: verdicts
select
    study,
    code,
    severity,
    promise,
    is_kept,
    rows_checked,
    rows_failing,
    observed,
from verdicts
where study in $studies
qualify night_id = max(night_id) over (partition by study)
order by study, is_kept, code
