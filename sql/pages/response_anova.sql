-- Type III analysis of variance of a response on every scale.
-- grain: scale, source
-- reads: anova_rows
select
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
from anova_rows
where study = $study and response = $response
order by scale, position
