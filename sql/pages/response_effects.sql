-- Effects of a response on every scale in declared coding, largest first, with their verdicts.
-- grain: study, response, scale, term
-- reads: effects, effect_tests
with container_tests as (
    select study, response, scale, term, margin, is_active
    from effect_tests
    where error_unit = 'container'
),

folder_tests as (
    select study, response, scale, term, method, error, margin, simultaneous_margin, is_active
    from effect_tests
    where error_unit = 'folder'
)

select
    effects.study,
    effects.response,
    effects.scale,
    effects.rank,
    effects.term,
    effects.aliases,
    effects.effect,
    effects.coefficient,
    effects.ratio,
    effects.std_err,
    effects.error_unit,
    effects.method,
    effects.is_in_model,
    effects.is_active,
    effects.is_active_at_once,
    effects.minimum_effect,
    effects.is_below_minimum,
    effects.ci_low,
    effects.ci_high,
    effects.t_value,
    effects.p_value,
    effects.p_holm,
    effects.sum_sq,
    effects.percent_of_variation,
    effects.partial_eta_sq,
    container_tests.margin as container_margin,
    container_tests.is_active as is_active_container,
    folder_tests.method as folder_method,
    folder_tests.error as folder_error,
    folder_tests.margin as folder_margin,
    folder_tests.simultaneous_margin as folder_simultaneous_margin,
    folder_tests.is_active as is_active_folder,
from effects
left join container_tests using (study, response, scale, term)
left join folder_tests using (study, response, scale, term)
where effects.study in $studies and effects.response in $responses
order by effects.study, effects.response, effects.scale, effects.rank
