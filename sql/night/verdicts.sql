-- The verdicts of the night $night_id.
-- grain: promise
-- reads: verdicts
select study, code, severity, promise, is_kept, rows_checked, rows_failing, observed
from verdicts
where night_id = $night_id
order by is_kept, study, code;
