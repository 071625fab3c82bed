-- What each column of the wide view of a study holds.
-- grain: study, column_name
-- reads: treatments, responses, studies, duckdb_columns()
with levels as (
    select distinct study, factor, level, level_position
    from treatments
    where level_position is not null
),

factor_columns as (
    select
        study,
        factor as column_name,
        'Factor with the levels ' || string_agg(level, ', ' order by level_position) || '.' as meaning,
    from levels
    group by study, factor
),

response_columns as (
    select
        study,
        response as column_name,
        'Response'
        || case when coalesce(unit, '') = '' then '' else ' in ' || unit end
        || case when goal is null then '' else ', to ' || goal end
        || ': '
        || case
            when metric is null then 'from ' || replace(from_stamp, '_', ' ') || ' to ' || replace(to_stamp, '_', ' ')
            else 'the ' || reduce || ' value of ' || metric
        end
        || case when within is null then '' else ' within ' || within end
        || '.' as meaning,
    from responses
),

shared_columns as (
    select studies.study, duckdb_columns.column_name, duckdb_columns.comment as meaning
    from studies
    cross join duckdb_columns()
    where duckdb_columns.table_name = 'observations'
        and duckdb_columns.column_name in ('run', 'replicate', 'folder', 'container_id', 'started_at', 'stopped_at')
)

select study, column_name, meaning
from factor_columns
union all
select study, column_name, meaning
from response_columns
union all
select study, column_name, meaning
from shared_columns;
