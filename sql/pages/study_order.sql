-- How far the levels of each effect go with the order in which the folders ran.
-- grain: diagnostic
-- reads: diagnostics
select
    diagnostic,
    value,
    reading,
from diagnostics
where study = $study and response is null
order by position
