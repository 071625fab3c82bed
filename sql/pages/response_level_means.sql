-- Mean of a response at each level, with the 95 % interval of the fitted model's error.
-- grain: factor, level
-- reads: observations, treatments, fits
with error as (
    select residual_sd, t975(df_resid) as t_quantile
    from fits
    where study = $study and response = $response and scale = 'identity'
),

level_counts as (
    select
        treatments.factor_position,
        treatments.factor,
        treatments.level_position,
        treatments.level,
        count(observations.value) as n,
        mean_of(observations.value) as mean,
    from observations
    inner join treatments on treatments.study = observations.study and treatments.run = observations.run
    where observations.study = $study and observations.response = $response and not observations.is_center
    group by all
)

select
    level_counts.factor_position,
    level_counts.factor,
    level_counts.level_position,
    level_counts.level,
    level_counts.n,
    level_counts.mean,
    level_counts.mean - error.t_quantile * error.residual_sd / sqrt(level_counts.n) as ci_low,
    level_counts.mean + error.t_quantile * error.residual_sd / sqrt(level_counts.n) as ci_high,
from level_counts
left join error on true
order by level_counts.factor_position, level_counts.level_position
