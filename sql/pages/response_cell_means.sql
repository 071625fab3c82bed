-- Mean of a response at each pair of levels of each pair of factors, with its 95 % interval by the error that decides.
-- grain: study, response, factor_a, factor_b, level_a, level_b
-- reads: observations, treatments, fits, alias_sets
with error as (
    select study, response, error_unit, error_sd, error_quantile
    from fits
    where scale = 'identity'
),

values_at_levels as (
    select
        observations.study,
        observations.response,
        observations.container_key,
        observations.folder,
        observations.value,
        treatments.factor_position,
        treatments.factor,
        treatments.level_position,
        treatments.level,
    from observations
    inner join treatments on treatments.study = observations.study and treatments.run = observations.run
    where
        observations.study in $studies
        and observations.response in $responses
        and not observations.is_center
),

cells as (
    select
        first.study,
        first.response,
        first.factor_position as position_a,
        first.factor as factor_a,
        second.factor_position as position_b,
        second.factor as factor_b,
        first.level_position as level_position_a,
        first.level as level_a,
        second.level_position as level_position_b,
        second.level as level_b,
        count(first.value) as n,
        count(distinct first.folder) as folders,
        mean_of(first.value) as mean,
    from values_at_levels as first
    inner join values_at_levels as second
        on second.container_key = first.container_key
        and second.response = first.response
        and second.factor_position > first.factor_position
    group by all
),

aliases as (
    select study, term, aliases
    from alias_sets
    where scope = 'present'
)

select
    cells.study,
    cells.response,
    cells.position_a,
    cells.factor_a,
    cells.position_b,
    cells.factor_b,
    aliases.aliases,
    cells.level_position_a,
    cells.level_a,
    cells.level_position_b,
    cells.level_b,
    cells.n,
    cells.mean,
    error.error_unit,
    cells.mean - error.error_quantile * error.error_sd / sqrt(
        if(error.error_unit = 'folder', cells.folders, cells.n)
    ) as ci_low,
    cells.mean + error.error_quantile * error.error_sd / sqrt(
        if(error.error_unit = 'folder', cells.folders, cells.n)
    ) as ci_high,
from cells
left join error on error.study = cells.study and error.response = cells.response
left join aliases on aliases.study = cells.study and aliases.term = cells.factor_a || ':' || cells.factor_b
order by
    cells.study,
    cells.response,
    cells.position_a,
    cells.position_b,
    cells.level_position_a,
    cells.level_position_b
