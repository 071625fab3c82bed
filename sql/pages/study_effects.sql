-- Effects of every response on the scale that decides, with their verdicts under both error terms.
-- grain: study, response, term
-- reads: effects, effect_tests, responses, conclusions
with container_tests as (
    select study, response, scale, term, margin, is_active
    from effect_tests
    where error_unit = 'container'
),

folder_tests as (
    select study, response, scale, term, method, margin, is_active
    from effect_tests
    where error_unit = 'folder'
),

looks as (
    select night_id, study, response, scale, bool_and(is_firm) as is_firm
    from conclusions
    where study in $studies
    group by night_id, study, response, scale
)

select
    effects.study,
    responses.response_position,
    effects.response,
    coalesce(responses.unit, '') as unit,
    effects.scale,
    effects.rank,
    effects.term,
    effects.aliases,
    effects.effect,
    effects.ratio,
    effects.std_err,
    effects.error_unit,
    effects.method,
    effects.is_in_model,
    effects.is_active,
    effects.is_active_at_once,
    looks.is_firm,
    effects.ci_low,
    effects.ci_high,
    effects.percent_of_variation,
    container_tests.margin as container_margin,
    container_tests.is_active as is_active_container,
    folder_tests.method as folder_method,
    folder_tests.margin as folder_margin,
    folder_tests.is_active as is_active_folder,
from effects
left join container_tests using (study, response, scale, term)
left join folder_tests using (study, response, scale, term)
left join looks using (night_id, study, response, scale)
inner join responses on responses.study = effects.study and responses.response = effects.response
where effects.study in $studies
order by effects.study, responses.response_position, effects.rank
