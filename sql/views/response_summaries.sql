-- N, mean, standard deviation, standard error and 95 % interval of each response.
-- grain: study, response
-- reads: observations
create or replace view response_summaries as
select
    study,
    response,
    any_value(response_position) as response_position,
    any_value(unit) as unit,
    count(value) as n,
    mean_of(value) as mean,
    sd_of(value) as sd,
    standard_error(value) as se,
    ci95_low(value) as ci_low,
    ci95_high(value) as ci_high,
    min(value) as min,
    max(value) as max,
from observations
group by study, response;

comment on view response_summaries is 'N, mean, standard deviation, standard error and 95 % interval of each response.';
comment on column response_summaries.study is 'Study the row belongs to.';
comment on column response_summaries.response is 'Response, as the study names it.';
comment on column response_summaries.response_position is 'Place of the response in the study.';
comment on column response_summaries.unit is 'Unit of the values.';
comment on column response_summaries.n is 'Observations.';
comment on column response_summaries.mean is 'Arithmetic mean.';
comment on column response_summaries.sd is 'Sample standard deviation.';
comment on column response_summaries.se is 'Standard error of the mean.';
comment on column response_summaries.ci_low is 'Lower end of the 95 % t-interval of the mean.';
comment on column response_summaries.ci_high is 'Upper end.';
comment on column response_summaries.min is 'Lowest observation.';
comment on column response_summaries.max is 'Highest observation.';
