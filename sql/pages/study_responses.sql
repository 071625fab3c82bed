-- What was measured, with N, mean, standard deviation, standard error and 95 % interval.
-- grain: study, response
-- reads: responses, response_summaries
select
    responses.study,
    responses.response_position,
    responses.response,
    coalesce(responses.unit, '') as unit,
    responses.goal,
    coalesce(
        responses.reduce || ' of ' || responses.metric,
        responses.from_stamp || ' to ' || responses.to_stamp
    ) as measured_as,
    coalesce(response_summaries.n, 0) as n,
    response_summaries.mean,
    response_summaries.sd,
    response_summaries.se,
    response_summaries.ci_low,
    response_summaries.ci_high,
    response_summaries.min,
    response_summaries.max,
from responses
left join response_summaries
    on response_summaries.study = responses.study
    and response_summaries.response = responses.response
where responses.study in $studies
order by responses.study, responses.response_position
