-- The folders that came or changed in the last night, and those that are not finished.
-- grain: folder
-- reads: runs, folders, nights
with last_night as (
    select max(night_id) as night_id
    from nights
)

select
    runs.study,
    runs.run,
    runs.folder,
    runs.verdict,
    runs.containers,
    folders.first_night_id = last_night.night_id as is_new,
    folders.night_id = last_night.night_id as is_of_tonight,
    folders.first_night_id,
    runs.reason,
from runs
inner join folders on folders.folder_id = runs.folder_id
cross join last_night
where folders.night_id = last_night.night_id or runs.verdict = 'unfinished'
order by runs.study, runs.run nulls last, runs.folder
