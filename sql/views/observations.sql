-- One row per container and response of the runs that count, with levels: what the models fit.
-- grain: study, response, container_key
-- reads: measurements, runs
create or replace view observations as
select
    measurements.study,
    measurements.response,
    measurements.run,
    measurements.replicate,
    measurements.folder,
    measurements.container_id,
    runs.block,
    runs.levels,
    runs.is_center,
    measurements.started_at,
    measurements.stopped_at,
    measurements.value,
    measurements.unit,
    measurements.response_position,
    measurements.container_key,
from measurements
inner join runs on runs.study = measurements.study and runs.folder = measurements.folder
where runs.verdict = 'accepted' and measurements.run is not null;

comment on view observations is 'One row per container and response of the runs that count, with levels: what the models fit.';
comment on column observations.study is 'Study the row belongs to.';
comment on column observations.response is 'Response, as the study names it.';
comment on column observations.run is 'Row of the design.';
comment on column observations.replicate is 'Which execution of the run, where something tells it from others.';
comment on column observations.folder is 'Log folder below the log root.';
comment on column observations.container_id is 'Id of the container in the logs.';
comment on column observations.block is 'What a table says of the blocks of the study, by name as JSON; null where it says nothing.';
comment on column observations.levels is 'Level of every factor, by factor.';
comment on column observations.is_center is 'Whether the run is a centre point.';
comment on column observations.started_at is 'Start of its work (UTC).';
comment on column observations.stopped_at is 'End of its work (UTC).';
comment on column observations.value is 'The observation.';
comment on column observations.unit is 'Unit of the values.';
comment on column observations.response_position is 'Place of the response in the study.';
comment on column observations.container_key is 'Key of the container inside the warehouse.';
