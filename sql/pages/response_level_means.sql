-- Mean of a response at each level, with the 95 % interval of the fitted model's error.
-- grain: study, response, factor, level
-- reads: observations, treatments, fits
with error as (
    select study, response, residual_sd, t975(df_resid) as t_quantile
    from fits
    where scale = 'identity'
),

level_counts as (
    select
        observations.study,
        observations.response,
        treatments.factor_position,
        treatments.factor,
        treatments.level_position,
        treatments.level,
        count(observations.value) as n,
        mean_of(observations.value) as mean,
    from observations
    inner join treatments on treatments.study = observations.study and treatments.run = observations.run
    where
        observations.study in $studies
        and observations.response in $responses
        and not observations.is_center
    group by all
)

select
    level_counts.study,
    level_counts.response,
    level_counts.factor_position,
    level_counts.factor,
    level_counts.level_position,
    level_counts.level,
    level_counts.n,
    level_counts.mean,
    level_counts.mean - error.t_quantile * error.residual_sd / sqrt(level_counts.n) as ci_low,
    level_counts.mean + error.t_quantile * error.residual_sd / sqrt(level_counts.n) as ci_high,
from level_counts
left join error on error.study = level_counts.study and error.response = level_counts.response
order by level_counts.study, level_counts.response, level_counts.factor_position, level_counts.level_position
