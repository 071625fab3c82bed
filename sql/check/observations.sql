-- Every container of $study in a finished folder with every response, missing ones too.
-- grain: container and response
-- reads: measurements, folders
select
    measurements.folder,
    measurements.run,
    measurements.container_id,
    measurements.response,
    measurements.value,
    measurements.low,
    measurements.high,
from measurements
inner join folders on folders.study = measurements.study and folders.folder = measurements.folder
where measurements.study = $study and folders.state = 'finished'
order by measurements.folder, measurements.container_id, measurements.response_position;
