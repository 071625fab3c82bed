-- The factors of a study with their levels, low to high.
-- grain: study, factor, level
-- reads: treatments
select distinct
    study,
    factor_position,
    factor,
    letter,
    level_position,
    level,
    sign,
from treatments
where study in $studies and not is_center
order by study, factor_position, level_position
