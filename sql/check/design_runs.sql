-- The runs of the design of $study with the finished folders of each.
-- grain: run
-- reads: treatments, folders
with design as (
    select distinct run
    from treatments
    where study = $study and is_planned
)

select design.run, count(folders.folder_id) as folders
from design
left join folders on folders.kind is distinct from 'table' and folders.study = $study and folders.run = design.run and folders.state = 'finished'
group by design.run
order by design.run;
