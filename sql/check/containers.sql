-- The containers of $studies in finished folders, with the lines their stamps stand on.
-- grain: container
-- reads: container_times, folders, stamps, files, studies
with study_containers as (
    select container_times.*
    from container_times
    inner join folders on folders.folder_id = container_times.folder_id
    where container_times.study in $studies and folders.state = 'finished'
),

-- A stamp that stands in no file of its folder stands in the table beside the runs.
stamp_places as (
    select
        stamps.folder_id,
        stamps.container_id,
        stamps.event,
        stamps.line,
        coalesce(files.path, studies.definition ->> '$.source.levels.table') as path,
    from stamps
    inner join folders on folders.folder_id = stamps.folder_id
    inner join studies on studies.study = folders.study
    left join files on files.file_id = stamps.file_id
    where not stamps.is_superseded and folders.study in $studies
),

stamp_lines as (
    select folder_id, container_id, event, path, min(line) as line
    from stamp_places
    group by folder_id, container_id, event, path
    qualify row_number() over (partition by folder_id, container_id, event order by path) = 1
),

sightings as (
    select study, container_id, count(distinct folder_id) as folders_with_id
    from study_containers
    group by study, container_id
)

select
    study_containers.study,
    study_containers.folder,
    study_containers.container_id,
    study_containers.created_at,
    study_containers.started_at,
    study_containers.stopped_at,
    starts.path as start_path,
    starts.line as start_line,
    stops.path as stop_path,
    stops.line as stop_line,
    study_containers.duration_seconds,
    sightings.folders_with_id,
    study_containers.event_files,
from study_containers
inner join sightings
    on sightings.study = study_containers.study and sightings.container_id = study_containers.container_id
left join stamp_lines as starts
    on starts.folder_id = study_containers.folder_id
    and starts.container_id = study_containers.container_id
    and starts.event = 'start'
left join stamp_lines as stops
    on stops.folder_id = study_containers.folder_id
    and stops.container_id = study_containers.container_id
    and stops.event = 'stop'
order by study_containers.folder, study_containers.container_id;
