-- The folders of $study, to be held against its promises.
-- grain: folder
-- reads: runs, folders
with folders_of_run as (
    select run, count(*) as n_folders_of_run
    from folders
    where study = $study
    group by run
)

select
    runs.folder,
    runs.run,
    runs.replicate,
    runs.containers,
    cast(studies.definition ->> '$.containers' as integer) as expected_containers,
    folders_of_run.n_folders_of_run,
    folders.state,
from runs
inner join folders on folders.folder_id = runs.folder_id
inner join studies on studies.study = runs.study
left join folders_of_run on folders_of_run.run is not distinct from runs.run
where runs.study = $study
order by runs.folder;
