-- Every effect on the scale and under the error that decide, for the summary of a night, and what the other error says.
-- grain: study, response, term
-- reads: effects, effect_tests, responses
select
    effects.study,
    effects.response,
    effects.scale,
    effects.effect_name,
    effects.effect,
    effects.error_unit,
    effects.is_active,
    effect_tests.error_unit as other_unit,
    effect_tests.is_active as is_active_by_other,
from effects
inner join responses on responses.study = effects.study and responses.response = effects.response
-- Container and folder are all the units there are, so there is one other at most.
left join effect_tests
    on effect_tests.study = effects.study
    and effect_tests.response = effects.response
    and effect_tests.scale = effects.scale
    and effect_tests.term = effects.term
    and effect_tests.error_unit <> effects.error_unit
order by effects.study, responses.response_position, effects.rank, effects.effect_name;
