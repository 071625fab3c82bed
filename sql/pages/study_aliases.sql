-- Which effects cannot be told apart: in the design as declared and in the runs that are present.
-- grain: effect, scope
-- reads: alias_sets
select
    effect,
    letters,
    factors,
    scope,
    aliases,
from alias_sets
where study = $study
order by factors, letters, scope
