-- Every execution of a run: its folder, its levels and whether its observations count.
-- grain: folder_id
-- reads: folders, treatments, findings, breaches
create or replace view runs as
with run_levels as (
    select
        study,
        run,
        map(list(factor order by factor_position), list(level order by factor_position)) as levels,
        bool_or(is_center) as is_center,
        bool_and(is_planned) as is_planned,
    from treatments
    group by study, run
),

objections as (
    select folder, study, reason, 1 as kind, code
    from findings
    where outcome = 'quarantined' and study is not null
    union all
    select folder, study, reason, 2 as kind, code
    from breaches
    where severity = 'stop' and folder is not null
),

first_objections as (
    select
        folder,
        study,
        min_by(reason, (kind, code, reason)) as reason,
    from objections
    group by folder, study
),

container_counts as (
    select folder_id, count(*) as containers
    from containers
    group by folder_id
)

select
    folders.study,
    folders.run,
    folders.replicate,
    folders.block,
    folders.folder,
    run_levels.levels,
    coalesce(run_levels.is_center, false) as is_center,
    coalesce(run_levels.is_planned, false) as is_planned,
    coalesce(container_counts.containers, 0) as containers,
    case
        when first_objections.folder is not null then 'quarantined'
        when folders.state = 'unfinished' then 'unfinished'
        else 'accepted'
    end as verdict,
    first_objections.reason,
    folders.is_gone,
    folders.first_night_id,
    folders.night_id,
    folders.folder_id,
from folders
left join run_levels on run_levels.study = folders.study and run_levels.run = folders.run
left join first_objections on first_objections.folder = folders.folder and first_objections.study = folders.study
left join container_counts on container_counts.folder_id = folders.folder_id
where folders.kind is distinct from 'table' and folders.state <> 'left out';

comment on view runs is 'Every execution of a run: its folder, its levels and whether its observations count.';
comment on column runs.study is 'Study the row belongs to.';
comment on column runs.run is 'Row of the design.';
comment on column runs.replicate is 'Which execution of the run, where something tells it from others.';
comment on column runs.block is 'What a table says of the blocks of the study, by name as JSON; null where it says nothing.';
comment on column runs.folder is 'Log folder below the log root.';
comment on column runs.levels is 'Level of every factor, by factor.';
comment on column runs.is_center is 'Whether the run is a centre point.';
comment on column runs.is_planned is 'Whether the run is one of the design: a folder may have run with levels of none (`ran_with`).';
comment on column runs.containers is 'Containers seen in the folder.';
comment on column runs.verdict is 'accepted, unfinished or quarantined.';
comment on column runs.reason is 'Why it is quarantined; null otherwise.';
comment on column runs.is_gone is 'Whether the folder has vanished from the log root.';
comment on column runs.first_night_id is 'Night that loaded it first.';
comment on column runs.night_id is 'Night that loaded it last.';
comment on column runs.folder_id is 'Key of the folder.';
