-- What every container of the runs that count came to: one row for each of its responses, as logged.
-- grain: study, response, container_key
-- reads: observations
create or replace view results as
select
    study,
    run,
    replicate,
    folder,
    container_id,
    levels,
    response,
    as_logged(value) as value,
    unit,
    started_at,
    stopped_at,
    epoch_us(stopped_at - started_at) / 1e6 as duration_seconds,
from observations;

comment on view results is 'What every container of the runs that count came to: one row for each of its responses, as logged.';
comment on column results.study is 'Study the row belongs to.';
comment on column results.run is 'Row of the design.';
comment on column results.replicate is 'Which execution of the run, where something tells it from others.';
comment on column results.folder is 'Log folder below the log root.';
comment on column results.container_id is 'Id of the container in the logs.';
comment on column results.levels is 'Level of every factor: levels[''Network''].';
comment on column results.response is 'Response, as the study names it.';
comment on column results.value is 'The observation, a 32-bit float by its shortest decimal.';
comment on column results.unit is 'Unit of the values.';
comment on column results.started_at is 'Start of its work (UTC).';
comment on column results.stopped_at is 'End of its work (UTC).';
comment on column results.duration_seconds is 'Start to stop.';
