-- Mean of a response at each level, with its 95 % interval by the error that decides.
-- grain: study, response, factor, level
-- reads: observations, treatments, fits
with error as (
    select study, response, error_unit, error_sd, error_quantile
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
        count(distinct observations.folder) as folders,
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
    error.error_unit,
    level_counts.mean - error.error_quantile * error.error_sd / sqrt(
        if(error.error_unit = 'folder', level_counts.folders, level_counts.n)
    ) as ci_low,
    level_counts.mean + error.error_quantile * error.error_sd / sqrt(
        if(error.error_unit = 'folder', level_counts.folders, level_counts.n)
    ) as ci_high,
from level_counts
left join error on error.study = level_counts.study and error.response = level_counts.response
order by level_counts.study, level_counts.response, level_counts.factor_position, level_counts.level_position
