-- Means of a response at the corners of the cube of its three largest main effects.
-- grain: level_position_x, level_position_y, level_position_z
-- reads: observations, treatments, effects, fits
with decisive as (
    select scale
    from fits
    where study = $study and response = $response and is_decisive
),

two_level_factors as (
    select factor
    from treatments
    where study = $study and not is_center
    group by factor
    having count(distinct level) = 2
),

largest as (
    select effects.term
    from effects
    inner join decisive on decisive.scale = effects.scale
    inner join two_level_factors on two_level_factors.factor = effects.term
    where effects.study = $study and effects.response = $response
    order by effects.rank
    limit 3
),

axes as (
    select
        treatments.run,
        treatments.factor,
        treatments.level,
        treatments.level_position,
        dense_rank() over (order by treatments.factor_position) as axis,
    from treatments
    inner join largest on largest.term = treatments.factor
    where treatments.study = $study and not treatments.is_center
)

select
    x.factor as factor_x,
    x.level as level_x,
    x.level_position as level_position_x,
    y.factor as factor_y,
    y.level as level_y,
    y.level_position as level_position_y,
    z.factor as factor_z,
    z.level as level_z,
    z.level_position as level_position_z,
    count(observations.value) as n,
    mean_of(observations.value) as mean,
from axes as x
inner join axes as y on y.run = x.run and y.axis = 2
inner join axes as z on z.run = x.run and z.axis = 3
left join observations
    on observations.study = $study
    and observations.response = $response
    and observations.run = x.run
where x.axis = 1
group by all
order by level_position_x, level_position_y, level_position_z
