-- How far the levels of each effect go with the order in which the folders ran.
-- grain: study, diagnostic
-- reads: diagnostics
select
    study,
    diagnostic,
    value,
    reading,
from diagnostics
where study in $studies and response is null
order by study, position
