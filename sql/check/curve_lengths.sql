-- Points of each response's tag that containers of $studies recorded, beside how many their mates did.
-- grain: container and response
-- reads: responses, folders, containers, points, tags
with asked as (
    select study, response, metric, within
    from responses
    where study in $studies and metric is not null
),

counts as (
    select
        asked.study,
        asked.response,
        folders.run,
        folders.folder,
        containers.container_id,
        tags.within,
        count(*) as points,
    from points
    inner join containers on containers.container_key = points.container_key
    inner join folders on folders.folder_id = containers.folder_id
    inner join tags on tags.tag_id = points.tag_id and tags.is_result is distinct from true
    inner join asked
        on asked.study = folders.study
        and asked.metric = tags.tag
        and (asked.within is null or regexp_full_match(tags.within, asked.within))
    where folders.study in $studies and folders.state = 'finished' and not points.is_superseded
    group by all
),

-- Mates are the containers of the same run where there are some, else all of the study, if most agree.
lengths as (
    select study, response, run, points, count(*) as containers
    from counts
    group by study, response, run, points
),

of_runs as (
    select
        study,
        response,
        run,
        arg_max(points, containers) as usual,
        max(containers) as agreeing,
        sum(containers) as containers,
    from lengths
    group by study, response, run
),

study_lengths as (
    select study, response, points, sum(containers) as containers
    from lengths
    group by study, response, points
),

of_study as (
    select
        study,
        response,
        arg_max(points, containers) as usual,
        max(containers) as agreeing,
        sum(containers) as containers,
    from study_lengths
    group by study, response
)

select
    counts.study,
    counts.folder,
    counts.container_id,
    counts.response,
    counts.points,
    case
        when of_runs.containers >= 3 and of_runs.agreeing > of_runs.containers / 2 then of_runs.usual
        when of_study.agreeing > of_study.containers / 2 then of_study.usual
        else counts.points
    end as usual_points,
from counts
inner join of_study on of_study.study = counts.study and of_study.response = counts.response
inner join of_runs
    on of_runs.study = counts.study
    and of_runs.response = counts.response
    and of_runs.run is not distinct from counts.run
order by counts.study, counts.folder, counts.container_id, counts.response, counts.within;
