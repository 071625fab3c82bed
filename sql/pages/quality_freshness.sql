-- When each study last had a new or changed folder.
-- grain: study
-- reads: studies, folders, nights
select
    studies.study,
    max(folders.first_night_id) as last_new_night_id,
    max(first_nights.finished_at) as last_new_at,
    max(last_nights.finished_at) as last_changed_at,
    count(folders.folder_id) as folders,
    count(folders.folder_id) filter (where folders.state = 'unfinished') as folders_unfinished,
    count(folders.folder_id) filter (where folders.is_gone) as folders_gone,
from studies
left join folders on folders.study = studies.study
left join nights as first_nights on first_nights.night_id = folders.first_night_id
left join nights as last_nights on last_nights.night_id = folders.night_id
group by studies.study
order by studies.study
