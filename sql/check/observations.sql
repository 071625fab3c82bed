-- Every container of $studies in a finished folder with every response, missing ones too.
-- grain: container and response
-- reads: measurements, folders, points, tags
with measured as (
    select
        measurements.study,
        measurements.folder,
        measurements.run,
        measurements.container_id,
        measurements.container_key,
        measurements.response,
        measurements.response_position,
        measurements.value,
        measurements.low,
        measurements.high,
    from measurements
    inner join folders on folders.study = measurements.study and folders.folder = measurements.folder
    where measurements.study in $studies and folders.state = 'finished'
),

-- What stands in the containers that lack a value, so that a person can see what was meant.
series_there as (
    select distinct
        points.container_key,
        tags.tag,
        tags.within,
    from points
    inner join tags on tags.tag_id = points.tag_id
    where points.container_key in (select container_key from measured where value is null)
),

listed as (
    select
        container_key,
        string_agg(tag || chr(9) || within, chr(10) order by tag, within) as series,
    from series_there
    group by container_key
)

select
    measured.study,
    measured.folder,
    measured.run,
    measured.container_id,
    measured.response,
    measured.value,
    measured.low,
    measured.high,
    listed.series,
from measured
left join listed on listed.container_key = measured.container_key and measured.value is null
order by measured.study, measured.folder, measured.container_id, measured.response_position;
