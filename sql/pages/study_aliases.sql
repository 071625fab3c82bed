-- Which effects cannot be told apart: in the design as declared and in the runs that are present.
-- grain: term, scope
-- reads: alias_sets
select
    term,
    letters,
    factors,
    scope,
    aliases,
from alias_sets
where study = $study
order by factors, letters, scope
