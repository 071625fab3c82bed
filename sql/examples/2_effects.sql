-- Which effects are large, what they may be confused with, and under which error they are active.
-- grain: response, scale, term
-- reads: effect_tests, effects
select
    effect_tests.response,
    effect_tests.scale,
    concat_ws(' = ', effect_tests.term, effect_tests.aliases) as effect_name,
    round(effects.effect, 3) as effect,
    round(effects.percent_of_variation, 1) as percent,
    bool_or(effect_tests.is_active) filter (where effect_tests.error_unit = 'container') as active_by_container,
    bool_or(effect_tests.is_active) filter (where effect_tests.error_unit = 'folder') as active_by_folder,
from effect_tests
inner join effects using (study, response, scale, term)
where effect_tests.study = 'fltk_2_4_1'
group by all
order by effect_tests.response, effect_tests.scale, percent desc;
