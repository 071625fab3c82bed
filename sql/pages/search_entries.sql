-- What can be searched for: studies, factors with their levels, responses with their tags, folders.
-- grain: kind, study, name
-- reads: studies, treatments, responses, runs, folders
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
-- of rows of tables there may be a million, and they have no page
where folder_id not in (select folders.folder_id from folders where folders.kind = 'row')
order by rank, study, name
