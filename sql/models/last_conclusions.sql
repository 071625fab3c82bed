-- What was concluded of $studies the last time each was fitted.
-- grain: response, scale, term, error unit
-- reads: conclusions
select study, response, scale, term, aliases, error_unit, effect, ci_low, ci_high, alpha, is_active, is_decisive
from conclusions
where study in $studies
qualify night_id = max(night_id) over (partition by study)
order by study, response, scale, term, error_unit;
