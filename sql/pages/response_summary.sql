-- N, mean, standard deviation, standard error and 95 % interval of a response.
-- grain: one row
-- reads: response_summaries
select
    n,
    mean,
    sd,
    se,
    ci_low,
    ci_high,
    min,
    max,
    coalesce(unit, '') as unit,
from response_summaries
where study = $study and response = $response
