-- What can be searched for: studies, factors with their levels, responses with their tags, folders.
-- grain: kind, study, name
-- reads: studies, treatments, responses, runs
select 'study' as kind, study, study as name, title as words, 1 as rank
from studies
union all
select 'factor', study, factor, string_agg(distinct level, ', ' order by level), 2
from treatments
where not is_center
group by study, factor
union all
select 'response', study, response, concat_ws(', ', metric, unit), 3
from responses
union all
select 'folder', study, folder, concat_ws(', ', 'run ' || run, verdict), 4
from runs
order by rank, study, name
