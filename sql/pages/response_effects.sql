-- Effects of a response on every scale in declared coding, largest first, with their verdicts.
-- grain: study, response, scale, term
-- reads: effects_by_scale, effect_tests
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
    effects_by_scale.study,
    effects_by_scale.response,
    effects_by_scale.scale,
    effects_by_scale.rank,
    effects_by_scale.term,
    effects_by_scale.aliases,
    effects_by_scale.effect,
    effects_by_scale.coefficient,
    effects_by_scale.ratio,
    effects_by_scale.std_err,
    effects_by_scale.error_unit,
    effects_by_scale.method,
    effects_by_scale.is_in_model,
    effects_by_scale.is_active,
    effects_by_scale.is_active_at_once,
    effects_by_scale.minimum_effect,
    effects_by_scale.is_below_minimum,
    effects_by_scale.ci_low,
    effects_by_scale.ci_high,
    effects_by_scale.t_value,
    effects_by_scale.p_value,
    effects_by_scale.p_holm,
    effects_by_scale.sum_sq,
    effects_by_scale.percent_of_variation,
    effects_by_scale.partial_eta_sq,
    container_tests.margin as container_margin,
    container_tests.is_active as is_active_container,
    folder_tests.method as folder_method,
    folder_tests.error as folder_error,
    folder_tests.margin as folder_margin,
    folder_tests.simultaneous_margin as folder_simultaneous_margin,
    folder_tests.is_active as is_active_folder,
from effects_by_scale
left join container_tests using (study, response, scale, term)
left join folder_tests using (study, response, scale, term)
where effects_by_scale.study in $studies and effects_by_scale.response in $responses
order by effects_by_scale.study, effects_by_scale.response, effects_by_scale.scale, effects_by_scale.rank
