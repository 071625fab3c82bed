-- The folders of $studies, to be held against their promises.
-- grain: folder
-- reads: runs, folders, studies, levels_seen, measurements
with folders_of_run as (
    select study, run, count(*) as n_folders_of_run
    from folders
    where study in $studies and kind is distinct from 'table' and state <> 'left out'
    group by study, run
),

claimed as (
    select study, folder, run, replicate
    from folders
    where study in $studies and run is not null and replicate is not null and not is_gone and state = 'finished'
),

twice as (
    select folder
    from claimed
    qualify count(*) over (partition by study, run, replicate) > 1
),

-- A failed attempt lacks a value, for which it is left out: it takes nothing from the attempt that went well.
failed as (
    select distinct folder
    from measurements
    where study in $studies and value is null and folder in (select folder from twice)
),

-- Folders that ran with other levels than planned, as the study declares: their replicate is that of the plan.
others as (
    select unnest(json_keys(definition, '$.ran_with')) as folder
    from studies
    where study in $studies
),

-- What the files of folders tell that execute no run of the design.
told as (
    select
        levels_seen.folder_id,
        array_to_string(list_sort(list_distinct(list(levels_seen.factor || ' = ' || levels_seen.seen))), ', ') as levels_told,
    from levels_seen
    inner join folders on folders.folder_id = levels_seen.folder_id
    where folders.study in $studies and folders.run is null
    group by levels_seen.folder_id
)

select
    runs.study,
    runs.folder,
    runs.run,
    runs.replicate,
    runs.containers,
    cast(studies.definition ->> '$.containers' as integer) as expected_containers,
    folders_of_run.n_folders_of_run,
    folders.state,
    told.levels_told,
    case
        when
            runs.run is null or runs.replicate is null or runs.is_gone
            or others.folder is not null or failed.folder is not null
            then 1
        else count(*) filter (
            where not runs.is_gone and folders.state = 'finished' and others.folder is null and failed.folder is null
        ) over (partition by runs.study, runs.run, runs.replicate)
    end as same_claims,
from runs
inner join folders on folders.folder_id = runs.folder_id
inner join studies on studies.study = runs.study
left join folders_of_run
    on folders_of_run.study = runs.study and folders_of_run.run is not distinct from runs.run
left join told on told.folder_id = runs.folder_id
left join others on others.folder = runs.folder
left join failed on failed.folder = runs.folder
where runs.study in $studies
order by runs.study, runs.folder;
