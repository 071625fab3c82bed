-- What was concluded of $study the last time it was fitted.
-- grain: response, scale, term, error unit
-- reads: conclusions
select study, response, scale, term, aliases, error_unit, effect, ci_low, ci_high, alpha, is_active, is_decisive
from conclusions
where study = $study
qualify night_id = max(night_id) over ()
order by response, scale, term, error_unit;
