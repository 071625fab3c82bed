-- The runs of $study that have observations.
-- grain: run
-- reads: observations
select distinct run
from observations
where study = $study and not is_center
order by run;
