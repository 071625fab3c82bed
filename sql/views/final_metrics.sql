-- What each tag of each container came to: its last, first, highest, lowest and mean value.
-- grain: container_key, tag
-- reads: points, tags, containers, folders
create or replace view final_metrics as
with kept_points as (
    select container_key, tag_id, step, value
    from points
    where not is_superseded
),

reduced as (
    select
        containers.folder_id,
        containers.container_id,
        kept_points.container_key,
        kept_points.tag_id,
        count(*) as points,
        max(kept_points.step) as last_step,
        max_by(kept_points.value, kept_points.step) as last_value,
        min_by(kept_points.value, kept_points.step) as first_value,
        max(kept_points.value) as max_value,
        min(kept_points.value) as min_value,
        fsum(kept_points.value) / count(*) as mean_value,
    from kept_points
    inner join containers on containers.container_key = kept_points.container_key
    group by all
)

select
    folders.study,
    folders.run,
    folders.folder,
    reduced.container_id,
    tags.tag,
    tags.within,
    tags.is_result,
    reduced.points,
    reduced.last_step,
    reduced.last_value,
    reduced.first_value,
    reduced.max_value,
    reduced.min_value,
    reduced.mean_value,
    reduced.container_key,
from reduced
inner join folders on folders.folder_id = reduced.folder_id
inner join tags on tags.tag_id = reduced.tag_id;

comment on view final_metrics is 'What each tag of each container came to: its last, first, highest, lowest and mean value.';
comment on column final_metrics.study is 'Study the row belongs to.';
comment on column final_metrics.run is 'Row of the design.';
comment on column final_metrics.folder is 'Log folder below the log root.';
comment on column final_metrics.container_id is 'Id of the container in the logs.';
comment on column final_metrics.tag is 'Name the points were logged under.';
comment on column final_metrics.points is 'Points that count.';
comment on column final_metrics.last_step is 'Highest step.';
comment on column final_metrics.last_value is 'Value at the highest step.';
comment on column final_metrics.first_value is 'Value at the lowest step.';
comment on column final_metrics.max_value is 'Highest value.';
comment on column final_metrics.min_value is 'Lowest value.';
comment on column final_metrics.mean_value is 'Mean of the values.';
comment on column final_metrics.container_key is 'Key of the container inside the warehouse.';
comment on column final_metrics.within is 'Folders between the container and the file, such as train or validation; empty for none.';
comment on column final_metrics.is_result is 'Whether it is an end result that was logged with the hyperparameters.';
