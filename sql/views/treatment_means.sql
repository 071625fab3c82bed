-- Mean, spread and 95 % interval of each response in each run of the design, over the containers alone and in the unit of the response: run_differences has the error that decides.
-- grain: study, response, run
-- reads: observations
create or replace view treatment_means as
select
    study,
    response,
    run,
    any_value(levels) as levels,
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
group by study, response, run;

comment on view treatment_means is 'Mean, spread and 95 % interval of each response in each run of the design, over the containers alone and in the unit of the response: run_differences has the error that decides.';
comment on column treatment_means.study is 'Study the row belongs to.';
comment on column treatment_means.response is 'Response, as the study names it.';
comment on column treatment_means.run is 'Row of the design.';
comment on column treatment_means.levels is 'Level of every factor, by factor.';
comment on column treatment_means.unit is 'Unit of the values.';
comment on column treatment_means.n is 'Observations.';
comment on column treatment_means.mean is 'Arithmetic mean.';
comment on column treatment_means.sd is 'Sample standard deviation.';
comment on column treatment_means.se is 'Standard error of the mean.';
comment on column treatment_means.ci_low is 'Lower end of the 95 % t-interval of the mean.';
comment on column treatment_means.ci_high is 'Upper end.';
comment on column treatment_means.min is 'Lowest observation.';
comment on column treatment_means.max is 'Highest observation.';
