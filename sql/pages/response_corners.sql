-- Means of a response at the corners of the cube of its three largest main effects.
-- grain: study, response, level_position_x, level_position_y, level_position_z
-- reads: observations, treatments, effects
with two_level_factors as (
    select study, factor
    from treatments
    where not is_center
    group by study, factor
    having count(distinct level) = 2
),

largest as (
    select effects.study, effects.response, effects.term
    from effects
    inner join two_level_factors on two_level_factors.study = effects.study and two_level_factors.factor = effects.term
    where effects.study in $studies and effects.response in $responses
    qualify row_number() over (partition by effects.study, effects.response order by effects.rank) <= 3
),

axes as (
    select
        largest.study,
        largest.response,
        treatments.run,
        treatments.factor,
        treatments.level,
        treatments.level_position,
        dense_rank() over (
            partition by largest.study, largest.response
            order by treatments.factor_position
        ) as axis,
    from treatments
    inner join largest on largest.study = treatments.study and largest.term = treatments.factor
    where not treatments.is_center
)

select
    x.study,
    x.response,
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
inner join axes as y on y.study = x.study and y.response = x.response and y.run = x.run and y.axis = 2
inner join axes as z on z.study = x.study and z.response = x.response and z.run = x.run and z.axis = 3
left join observations
    on observations.study = x.study
    and observations.response = x.response
    and observations.run = x.run
where x.axis = 1
group by all
order by x.study, x.response, level_position_x, level_position_y, level_position_z
