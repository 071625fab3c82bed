-- For every study the statement that makes its wide view, one row per container with a column per factor and response.
-- grain: study
-- reads: treatments, responses
-- Levels that are all numbers are numbers: as text, 10 would sort before 5 and an average would be refused.
create or replace view study_views as
with factors as (
    select
        study,
        factor,
        factor_position,
        case
            when bool_and(regexp_full_match(level, '[-+]?[0-9]{1,18}')) then 'bigint'
            when bool_and(regexp_full_match(level, '[-+]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][-+]?[0-9]{1,2})?')) then 'double'
        end as kind,
    from treatments
    group by study, factor, factor_position
),

factor_columns as (
    select
        study,
        string_agg(
            '    levels[' || quoted_text(factor) || ']' || coalesce('::' || kind, '') || ' as ' || quoted_name(factor),
            ',' || chr(10) order by factor_position
        ) as columns,
    from factors
    group by study
),

response_columns as (
    select
        study,
        string_agg(
            '    max(value) filter (where response = ' || quoted_text(response) || ') as ' || quoted_name(response), ',' || chr(10)
            order by response_position
        ) as columns,
    from responses
    group by study
)

select
    factor_columns.study,
    'create or replace view ' || quoted_name(factor_columns.study) || ' as' || chr(10)
    || 'select' || chr(10) || '    run,' || chr(10) || '    replicate,' || chr(10) || '    folder,' || chr(10) || '    container_id,' || chr(10)
    || factor_columns.columns || ',' || chr(10)
    || response_columns.columns || ',' || chr(10)
    || '    started_at,' || chr(10) || '    stopped_at' || chr(10)
    || 'from observations' || chr(10)
    || 'where study = ' || quoted_text(factor_columns.study) || chr(10)
    || 'group by run, replicate, folder, container_id, container_key, levels, started_at, stopped_at' || chr(10)
    || 'order by run, folder, started_at, container_id' as statement,
from factor_columns
inner join response_columns on response_columns.study = factor_columns.study;

comment on view study_views is 'For every study the statement that makes its wide view, one row per container with a column per factor and response.';
comment on column study_views.study is 'Study the row belongs to.';
comment on column study_views.statement is 'The create view statement, every name quoted.';
