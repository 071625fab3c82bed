-- The verdict on every effect on its decisive scale, for the summary of a night.
-- grain: study, response, term
-- reads: effect_tests, effects, responses
select
    effect_tests.study,
    effect_tests.response,
    effect_tests.scale,
    effect_tests.term,
    effect_tests.aliases,
    any_value(effect_tests.effect) as effect,
    bool_or(effect_tests.is_active) filter (where effect_tests.error_unit = 'container') as is_active_by_container,
    bool_or(effect_tests.is_active) filter (where effect_tests.error_unit = 'folder') as is_active_by_folder,
from effect_tests
inner join responses on responses.study = effect_tests.study and responses.response = effect_tests.response
inner join effects
    on effects.study = effect_tests.study
    and effects.response = effect_tests.response
    and effects.scale = effect_tests.scale
    and effects.term = effect_tests.term
group by
    effect_tests.study, responses.response_position, effect_tests.response, effect_tests.scale,
    effect_tests.term, effect_tests.aliases
order by effect_tests.study, responses.response_position, min(effects.rank), effect_tests.term;
