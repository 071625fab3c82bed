-- Type III analysis of variance of a response on every scale.
-- grain: study, response, scale, source
-- reads: anova_by_scale
select
    study,
    response,
    scale,
    position,
    source,
    aliases,
    sum_sq,
    df,
    mean_sq,
    f_value,
    p_value,
    percent_of_variation,
    partial_eta_sq,
from anova_by_scale
where study in $studies and response in $responses
order by study, response, scale, position
