-- Each effect night by night, on the scale and with the unit that decide now, with the folders that came before it.
-- grain: study, response, night, term
-- reads: conclusions, fits, nights, folders
with deciding as (
    select study, response, scale, error_unit
    from fits
    where is_decisive and error_unit is not null
),

concluded as (
    select distinct study, night_id
    from conclusions
    where study in $studies
),

-- a folder that is waited for, or that no conclusion followed, counts to the next night that concluded
arrivals as (
    select
        folders.study,
        concluded.night_id,
        count(*) as arrived,
        list(folders.folder order by folders.folder)[:6] as names,
    from folders
    asof join concluded
        on concluded.study = folders.study and folders.first_night_id <= concluded.night_id
    where folders.kind <> 'table'
    group by all
)

select
    conclusions.study,
    conclusions.response,
    conclusions.night_id,
    nights.finished_at,
    coalesce(arrivals.arrived, 0) as arrived,
    coalesce(arrivals.names, []) as folders,
    conclusions.term,
    conclusions.aliases,
    conclusions.effect,
    conclusions.ci_low,
    conclusions.ci_high,
    conclusions.is_active,
    conclusions.scale,
    conclusions.error_unit,
from conclusions
inner join deciding
    on deciding.study = conclusions.study
    and deciding.response = conclusions.response
    and deciding.scale = conclusions.scale
    and deciding.error_unit = conclusions.error_unit
inner join nights on nights.night_id = conclusions.night_id
left join arrivals on arrivals.study = conclusions.study and arrivals.night_id = conclusions.night_id
where conclusions.study in $studies and conclusions.response in $responses
order by conclusions.study, conclusions.response, conclusions.night_id, conclusions.term
