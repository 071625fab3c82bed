-- Which effects are large, what they may be confused with, and whether they are active under the error that decides.
-- grain: response, term
-- reads: effects
select
    response,
    scale,
    effect_name,
    round(effect, 3) as effect,
    round(ci_low, 3) as ci_low,
    round(ci_high, 3) as ci_high,
    round(percent_of_variation, 1) as percent,
    is_active,
from effects
where study = 'fltk_2_4_1'
order by response, percent desc;
