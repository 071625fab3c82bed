-- N, mean, standard deviation, standard error and 95 % interval of a response.
-- grain: study, response
-- reads: response_summaries
select
    study,
    response,
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
where study in $studies and response in $responses
order by study, response
