-- Run against run, each pair both ways: the mean of run less that of other_run with its interval, on the scale and by the error that decide; on log10 the ratio and its interval as well.
-- grain: study, response, run, other_run
-- reads: observations, fits
create or replace view run_differences as
with deciding as (
    select study, response, scale, error_unit, error_sd, error_quantile
    from fits
    where is_decisive
),

units as (
    select
        observations.study,
        observations.response,
        observations.run,
        any_value(observations.unit) as unit,
        deciding.scale,
        deciding.error_unit,
        deciding.error_sd,
        deciding.error_quantile,
        count(observations.value) as n,
        case
            when deciding.error_unit = 'folder' then count(distinct observations.folder)
            else count(observations.value)
        end as units,
        case
            when deciding.scale = 'identity' then mean_of(observations.value)
            when min(observations.value) > 0 then mean_of(log10(nullif(observations.value, 0)))
        end as mean,
    from observations
    inner join deciding on deciding.study = observations.study and deciding.response = observations.response
    where observations.value is not null
    group by
        observations.study,
        observations.response,
        observations.run,
        deciding.scale,
        deciding.error_unit,
        deciding.error_sd,
        deciding.error_quantile
),

pairs as (
    select
        own.study,
        own.response,
        own.run,
        other.run as other_run,
        case when own.scale = 'identity' then own.unit end as unit,
        own.scale,
        own.n,
        other.n as other_n,
        own.error_unit,
        own.mean - other.mean as difference,
        own.error_quantile * own.error_sd * sqrt(1 / own.units + 1 / other.units) as margin,
    from units as own
    inner join units as other
        on other.study = own.study
        and other.response = own.response
        and other.run <> own.run
)

select
    study,
    response,
    run,
    other_run,
    unit,
    scale,
    n,
    other_n,
    error_unit,
    difference,
    difference - margin as ci_low,
    difference + margin as ci_high,
    case when scale = 'log10' then 10 ** difference end as ratio,
    case when scale = 'log10' then 10 ** (difference - margin) end as ratio_low,
    case when scale = 'log10' then 10 ** (difference + margin) end as ratio_high,
from pairs;

comment on view run_differences is 'Run against run, each pair both ways: the mean of run less that of other_run with its interval, on the scale and by the error that decide; on log10 the ratio and its interval as well. Each pair is taken alone: of many, one in twenty lies outside by chance.';
comment on column run_differences.study is 'Study the row belongs to.';
comment on column run_differences.response is 'Response, as the study names it.';
comment on column run_differences.run is 'Row of the design.';
comment on column run_differences.other_run is 'The row that it is held against.';
comment on column run_differences.unit is 'Unit of the difference and its interval; null where they are of logarithms.';
comment on column run_differences.scale is 'Scale that decides: identity, or log10, where the difference is of logarithms.';
comment on column run_differences.n is 'Observations of the run.';
comment on column run_differences.other_n is 'Observations of the other.';
comment on column run_differences.error_unit is 'What decides: folder or container; null where nothing can, and then there is no interval.';
comment on column run_differences.difference is 'Mean of the run less that of the other.';
comment on column run_differences.ci_low is 'Lower end of its interval: 95 %, or 1 - alpha where the study declares it.';
comment on column run_differences.ci_high is 'Upper end.';
comment on column run_differences.ratio is 'Geometric mean of the run over that of the other, where the scale is log10.';
comment on column run_differences.ratio_low is 'Lower end of the interval of the ratio.';
comment on column run_differences.ratio_high is 'Upper end.';
