-- Mean, spread and 95 % interval of each response in each run.
-- grain: study, response, run
-- reads: treatment_means, responses
select
    treatment_means.study,
    treatment_means.response,
    coalesce(treatment_means.unit, '') as unit,
    treatment_means.run,
    treatment_means.n,
    treatment_means.mean,
    treatment_means.sd,
    treatment_means.se,
    treatment_means.ci_low,
    treatment_means.ci_high,
    treatment_means.min,
    treatment_means.max,
from treatment_means
inner join responses
    on responses.study = treatment_means.study
    and responses.response = treatment_means.response
where treatment_means.study in $studies
order by treatment_means.study, responses.response_position, treatment_means.run
