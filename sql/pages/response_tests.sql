-- Every effect of a response under every error term.
-- grain: study, response, scale, term, error_unit
-- reads: effect_tests, effects_by_scale
select
    effect_tests.study,
    effect_tests.response,
    effect_tests.scale,
    effects_by_scale.rank,
    effect_tests.term,
    effect_tests.aliases,
    effect_tests.error_unit,
    effect_tests.method,
    effect_tests.effect,
    effect_tests.error,
    effect_tests.df,
    effect_tests.margin,
    effect_tests.simultaneous_margin,
    effect_tests.statistic,
    effect_tests.p_value,
    effect_tests.p_holm,
    effect_tests.conventional_margin,
    effect_tests.conventional_simultaneous_margin,
    effect_tests.conventional_p_value,
    effect_tests.posterior,
    effect_tests.permutation_p_value,
    effect_tests.is_active,
    effect_tests.is_active_at_once,
    effect_tests.is_decisive,
from effect_tests
inner join effects_by_scale
    on effects_by_scale.study = effect_tests.study
    and effects_by_scale.response = effect_tests.response
    and effects_by_scale.scale = effect_tests.scale
    and effects_by_scale.term = effect_tests.term
where effect_tests.study in $studies and effect_tests.response in $responses
order by effect_tests.study, effect_tests.response, effect_tests.scale, effects_by_scale.rank, effect_tests.error_unit
