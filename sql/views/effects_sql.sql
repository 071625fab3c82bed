-- Contrasts, effects and sums of squares of balanced two-level data in plain SQL, equal to the fitted ones.
-- grain: study, response, scale, term
-- reads: observations, sign_table, treatments, studies
create or replace view effects_sql as
with terms as (
    select study, unnest(from_json(definition -> '$.terms', '["varchar"]')) as term
    from studies
),

counted as materialized (
    select study, response, run, value
    from observations
    where not is_center and isfinite(value)
),

scales as (
    select study, response, unnest(case when min(value) > 0 then ['identity', 'log10'] else ['identity'] end) as scale
    from counted
    group by study, response
),

scaled as materialized (
    select
        counted.study,
        counted.response,
        scales.scale,
        counted.run,
        case when scales.scale = 'log10' and counted.value > 0 then log10(counted.value) else counted.value end as value,
    from counted
    inner join scales using (study, response)
),

totals as (
    select study, response, scale, fsum(value) / count(*) as mean
    from scaled
    group by study, response, scale
),

-- Deviations from the mean: a contrast does not feel the shift, but its digits do, which a large offset would eat.
-- Sums of the runs: signs meet the eight sums of a design, not its thousands of values.
run_sums as (
    select
        scaled.study,
        scaled.response,
        scaled.scale,
        scaled.run,
        count(*) as n,
        fsum(scaled.value - totals.mean) as deviation,
        fsum(power(scaled.value - totals.mean, 2)) as sum_sq,
    from scaled
    inner join totals using (study, response, scale)
    group by scaled.study, scaled.response, scaled.scale, scaled.run
),

design_runs as (
    select study, count(distinct run) as runs
    from treatments
    where is_planned and not is_center
    group by study
),

balanced as (
    select run_sums.study, run_sums.response, run_sums.scale, sum(run_sums.n) as n, fsum(run_sums.sum_sq) as total_sum_sq
    from run_sums
    inner join design_runs on design_runs.study = run_sums.study
    group by run_sums.study, run_sums.response, run_sums.scale, design_runs.runs
    having min(run_sums.n) = max(run_sums.n) and count(*) = design_runs.runs and max(run_sums.run) = design_runs.runs
),

contrasts as (
    select
        balanced.study,
        balanced.response,
        balanced.scale,
        terms.term,
        balanced.n::bigint as n,
        balanced.total_sum_sq,
        fsum(sign_table.sign * run_sums.deviation) as contrast,
    from balanced
    inner join run_sums using (study, response, scale)
    inner join terms on terms.study = balanced.study
    inner join sign_table
        on sign_table.study = balanced.study
        and sign_table.run = run_sums.run
        and sign_table.term = terms.term
        and sign_table.factors > 0  -- a factor may be named I
    group by balanced.study, balanced.response, balanced.scale, terms.term, balanced.n, balanced.total_sum_sq
)

select
    study,
    response,
    scale,
    term,
    n,
    contrast,
    2 * contrast / n as effect,
    contrast / n as coefficient,
    power(contrast, 2) / n as sum_sq,
    100 * power(contrast, 2) / n / total_sum_sq as percent_of_variation,
from contrasts;

comment on view effects_sql is 'Contrasts, effects and sums of squares of balanced two-level data in plain SQL, equal to the fitted ones.';
comment on column effects_sql.study is 'Study the row belongs to.';
comment on column effects_sql.response is 'Response, as the study names it.';
comment on column effects_sql.scale is 'identity or log10.';
comment on column effects_sql.term is 'Factor names joined by a colon, in the order of the study.';
comment on column effects_sql.n is 'Observations in the contrast.';
comment on column effects_sql.contrast is 'Sum of observations times signs.';
comment on column effects_sql.effect is 'Mean at + minus mean at -.';
comment on column effects_sql.coefficient is 'Half the effect.';
comment on column effects_sql.sum_sq is 'Sum of squares of the contrast.';
comment on column effects_sql.percent_of_variation is 'Share of the total sum of squares, percent.';
