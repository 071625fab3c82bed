-- Mean, spread and 95 % interval of each response at each level of each factor, over the containers alone and in the unit of the response: effects has the error that decides.
-- grain: study, response, factor, level
-- reads: observations, treatments
create or replace view level_means as
select
    observations.study,
    observations.response,
    treatments.factor,
    treatments.level,
    any_value(treatments.factor_position) as factor_position,
    any_value(treatments.level_position) as level_position,
    any_value(observations.unit) as unit,
    count(observations.value) as n,
    mean_of(observations.value) as mean,
    sd_of(observations.value) as sd,
    standard_error(observations.value) as se,
    ci95_low(observations.value) as ci_low,
    ci95_high(observations.value) as ci_high,
from observations
inner join treatments on treatments.study = observations.study and treatments.run = observations.run
group by observations.study, observations.response, treatments.factor, treatments.level;

comment on view level_means is 'Mean, spread and 95 % interval of each response at each level of each factor, over the containers alone and in the unit of the response: effects has the error that decides.';
comment on column level_means.study is 'Study the row belongs to.';
comment on column level_means.response is 'Response, as the study names it.';
comment on column level_means.factor is 'Factor, as the study names it.';
comment on column level_means.level is 'Level of the factor.';
comment on column level_means.factor_position is 'Place of the factor in the study.';
comment on column level_means.level_position is 'Place of the level in the study.';
comment on column level_means.unit is 'Unit of the values.';
comment on column level_means.n is 'Observations.';
comment on column level_means.mean is 'Arithmetic mean.';
comment on column level_means.sd is 'Sample standard deviation.';
comment on column level_means.se is 'Standard error of the mean.';
comment on column level_means.ci_low is 'Lower end of the 95 % t-interval of the mean.';
comment on column level_means.ci_high is 'Upper end.';
