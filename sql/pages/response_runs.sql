-- Each run against the one with the best mean: the highest, or the lowest where less is better.
-- grain: study, response, run
-- reads: run_differences, treatment_means, responses
with best as (
    select treatment_means.study, treatment_means.response, treatment_means.run
    from treatment_means
    inner join responses
        on responses.study = treatment_means.study
        and responses.response = treatment_means.response
    where
        treatment_means.study in $studies
        and treatment_means.response in $responses
        and treatment_means.mean is not null
    qualify row_number() over (
        partition by treatment_means.study, treatment_means.response
        order by if(responses.goal = 'minimize', 1, -1) * treatment_means.mean, treatment_means.run
    ) = 1
)

select
    run_differences.study,
    run_differences.response,
    run_differences.run,
    run_differences.other_run as best_run,
    run_differences.n,
    run_differences.scale,
    run_differences.error_unit,
    run_differences.difference,
    run_differences.ci_low,
    run_differences.ci_high,
    run_differences.ratio,
from run_differences
inner join best
    on best.study = run_differences.study
    and best.response = run_differences.response
    and best.run = run_differences.other_run
order by run_differences.study, run_differences.response, abs(run_differences.difference), run_differences.run
