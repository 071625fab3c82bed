-- What each combination of levels would give, in the order of the study, and which is the best by the goal.
-- grain: study, response, levels
-- reads: settings
select
    study,
    response,
    scale,
    position,
    run,
    levels,
    mean,
    ci_low,
    ci_high,
    predicted_low,
    predicted_high,
    is_best,
    desirability,
from settings
where study in $studies and response in $responses
order by study, response, position
