-- The factors of a study with their levels, low to high.
-- grain: factor, level
-- reads: treatments
select distinct
    factor_position,
    factor,
    letter,
    level_position,
    level,
    sign,
from treatments
where study = $study and not is_center
order by factor_position, level_position
