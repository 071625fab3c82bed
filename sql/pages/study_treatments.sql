-- The level of every factor in every run of the design.
-- grain: run, factor
-- reads: treatments
select
    run,
    factor_position,
    factor,
    level_position,
    level,
    is_center,
from treatments
where study = $study
order by run, factor_position
