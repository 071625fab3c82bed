-- Which effects cannot be told apart: in the design as declared and in the runs that are present.
-- grain: study, term, scope
-- reads: alias_sets
select
    study,
    term,
    letters,
    factors,
    scope,
    aliases,
from alias_sets
where study in $studies
order by study, factors, letters, scope
