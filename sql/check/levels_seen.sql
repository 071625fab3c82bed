-- Levels of $studies seen in paths and configuration files, beside the declared ones.
-- grain: folder, container, factor, source
-- reads: levels_seen, folders, treatments
select
    folders.study,
    folders.folder,
    folders.run,
    levels_seen.container_id,
    levels_seen.factor,
    treatments.level as declared,
    levels_seen.seen,
    levels_seen.source,
from levels_seen
inner join folders on folders.folder_id = levels_seen.folder_id
inner join treatments
    on treatments.study = folders.study and treatments.run = folders.run and treatments.factor = levels_seen.factor
where folders.study in $studies and folders.state = 'finished'
order by folders.study, folders.folder, levels_seen.container_id, levels_seen.factor, levels_seen.source;
