-- The runs of the designs of $studies with the finished folders of each.
-- grain: run
-- reads: treatments, folders
with design as (
    select distinct study, run
    from treatments
    where study in $studies and is_planned
)

select design.study, design.run, count(folders.folder_id) as folders
from design
left join folders
    on folders.kind is distinct from 'table'
    and folders.study = design.study
    and folders.run = design.run
    and folders.state = 'finished'
group by design.study, design.run
order by design.study, design.run;
