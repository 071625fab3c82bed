-- Whether each promise held, study by study, over the last 30 nights.
-- grain: study, code, night_id
-- reads: verdicts
with last_nights as (
    select distinct night_id
    from verdicts
    order by night_id desc
    limit 30
)

select
    verdicts.study,
    verdicts.code,
    verdicts.severity,
    verdicts.relation,
    verdicts.promise,
    verdicts.night_id,
    verdicts.is_kept,
    verdicts.rows_checked,
    verdicts.rows_failing,
    verdicts.observed,
from verdicts
inner join last_nights on last_nights.night_id = verdicts.night_id
order by verdicts.study nulls first, verdicts.code, verdicts.night_id
