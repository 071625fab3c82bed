-- Every response of every study with its effects on the scale that decides, and their verdicts.
-- grain: study, response, term
-- reads: responses, effects, effect_tests
with container_tests as (
    select study, response, scale, term, margin, is_active
    from effect_tests
    where error_unit = 'container'
),

folder_tests as (
    select study, response, scale, term, margin, is_active
    from effect_tests
    where error_unit = 'folder'
)

select
    responses.study,
    responses.response,
    coalesce(responses.unit, '') as unit,
    effects.scale,
    effects.rank,
    effects.term,
    effects.aliases,
    effects.effect,
    effects.ratio,
    effects.std_err,
    effects.error_unit,
    effects.is_active,
    effects.ci_low,
    effects.ci_high,
    effects.percent_of_variation,
    container_tests.margin as container_margin,
    container_tests.is_active as is_active_container,
    folder_tests.margin as folder_margin,
    folder_tests.is_active as is_active_folder,
from responses
left join effects on effects.study = responses.study and effects.response = responses.response
left join container_tests
    on container_tests.study = responses.study and container_tests.response = responses.response
    and container_tests.scale = effects.scale and container_tests.term = effects.term
left join folder_tests
    on folder_tests.study = responses.study and folder_tests.response = responses.response
    and folder_tests.scale = effects.scale and folder_tests.term = effects.term
order by responses.study, responses.response_position, effects.rank
