-- Every response of every study with its effects on the scale that decides, and their verdicts.
-- grain: study, response, term
-- reads: responses, fits, effects, effect_tests
with decisive as (
    select study, response, scale
    from fits
    where is_decisive
),

container_tests as (
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
    decisive.scale,
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
left join decisive using (study, response)
left join effects using (study, response, scale)
left join container_tests using (study, response, scale, term)
left join folder_tests using (study, response, scale, term)
order by responses.study, responses.response_position, effects.rank
