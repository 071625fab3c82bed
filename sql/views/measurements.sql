-- One number per container and response, whether or not its folder counts; null where it is missing.
-- grain: study, response, container_key
-- reads: responses, containers, folders, points, tags
create or replace view measurements as
with declared as (
    select study, response, response_position, metric, within, reduce, from_stamp, to_stamp, unit, low, high
    from responses
),

study_containers as (
    select
        folders.study,
        folders.run,
        folders.replicate,
        folders.folder,
        containers.container_key,
        containers.container_id,
        containers.created_at,
        containers.started_at,
        containers.stopped_at,
        containers.first_event_at,
        containers.last_event_at,
    from containers
    inner join folders on folders.folder_id = containers.folder_id
),

declared_series as (
    select
        declared.study,
        declared.response,
        tags.tag_id,
        coalesce(tags.is_result, false) as is_result,
    from declared
    inner join tags
        on tags.tag = declared.metric
        and (declared.within is null or regexp_full_match(coalesce(tags.within, ''), declared.within))
),

reduced_series as (
    select
        study_containers.study,
        study_containers.container_key,
        declared_series.response,
        declared_series.tag_id,
        declared_series.is_result,
        max_by(points.value, points.step) as last_value,
        min_by(points.value, points.step) as first_value,
        max(points.value) as max_value,
        min(points.value) as min_value,
        fsum(points.value) / count(*) as mean_value,
    from points
    inner join study_containers on study_containers.container_key = points.container_key
    inner join declared_series
        on declared_series.study = study_containers.study
        and declared_series.tag_id = points.tag_id
    where not points.is_superseded
    group by all
),

-- A response means the curve where there is one, else the end result that was logged with the hyperparameters.
meant_series as (
    select *
    from reduced_series
    qualify is_result = bool_and(is_result) over (partition by study, container_key, response)
),

-- Where it could mean several it means none: OBS-1 names the choice.
reduced_metrics as (
    select *
    from meant_series
    qualify count(*) over (partition by study, container_key, response) = 1
),

stamped as (
    select
        study_containers.*,
        declared.response,
        declared.response_position,
        declared.unit,
        declared.low,
        declared.high,
        declared.metric,
        declared.reduce,
        case declared.from_stamp
            when 'create' then created_at
            when 'start' then started_at
            when 'stop' then stopped_at
            when 'first_event' then first_event_at
            when 'last_event' then last_event_at
        end as from_at,
        case declared.to_stamp
            when 'create' then created_at
            when 'start' then started_at
            when 'stop' then stopped_at
            when 'first_event' then first_event_at
            when 'last_event' then last_event_at
        end as to_at,
    from study_containers
    inner join declared on declared.study = study_containers.study
)

select
    stamped.study,
    stamped.response,
    stamped.run,
    stamped.replicate,
    stamped.folder,
    stamped.container_id,
    stamped.started_at,
    stamped.stopped_at,
    case
        when stamped.metric is null then epoch_us(stamped.to_at - stamped.from_at) / 1e6
        when stamped.reduce = 'last' then reduced_metrics.last_value
        when stamped.reduce = 'first' then reduced_metrics.first_value
        when stamped.reduce = 'max' then reduced_metrics.max_value
        when stamped.reduce = 'min' then reduced_metrics.min_value
        when stamped.reduce = 'mean' then reduced_metrics.mean_value
    end as value,
    stamped.unit,
    stamped.low,
    stamped.high,
    stamped.response_position,
    stamped.container_key,
from stamped
left join reduced_metrics
    on reduced_metrics.study = stamped.study
    and reduced_metrics.container_key = stamped.container_key
    and reduced_metrics.response = stamped.response;

comment on view measurements is 'One number per container and response, whether or not its folder counts; null where it is missing.';
comment on column measurements.study is 'Study the row belongs to.';
comment on column measurements.response is 'Response, as the study names it.';
comment on column measurements.run is 'Row of the design.';
comment on column measurements.replicate is 'Which execution of the run, where something tells it from others.';
comment on column measurements.folder is 'Log folder below the log root.';
comment on column measurements.container_id is 'Id of the container in the logs.';
comment on column measurements.started_at is 'Start of its work (UTC).';
comment on column measurements.stopped_at is 'End of its work (UTC).';
comment on column measurements.value is 'The number; null where it is missing.';
comment on column measurements.unit is 'Unit of the values.';
comment on column measurements.low is 'Lowest value that is possible.';
comment on column measurements.high is 'Highest value that is possible.';
comment on column measurements.response_position is 'Place of the response in the study.';
comment on column measurements.container_key is 'Key of the container inside the warehouse.';
