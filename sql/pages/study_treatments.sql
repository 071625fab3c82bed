-- The level of every factor in every run of the design.
-- grain: study, run, factor
-- reads: treatments
select
    study,
    run,
    factor_position,
    factor,
    level_position,
    level,
    is_center,
    is_planned,
from treatments
where study in $studies
order by study, run, factor_position
