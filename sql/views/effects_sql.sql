-- Contrasts, effects and sums of squares of balanced two-level data in plain SQL, equal to the fitted ones.
-- grain: study, response, scale, term
-- reads: observations, sign_table, studies
create or replace view effects_sql as
with terms as (
    select study, unnest(from_json(definition -> '$.terms', '["varchar"]')) as term
    from studies
),

scaled as (
    select study, response, 'identity' as scale, run, value
    from observations
    where not is_center
    union all
    select study, response, 'log10' as scale, run, log10(value) as value
    from observations
    where not is_center
    qualify min(value) over (partition by study, response) > 0
),

-- A contrast does not feel a shift, but its digits do: without it a large offset eats them.
shifted as (
    select study, response, scale, run, value - min(value) over (partition by study, response, scale) as value
    from scaled
    where isfinite(value)
),

run_counts as (
    select study, response, scale, run, count(*) as n
    from shifted
    group by study, response, scale, run
),

balanced as (
    select run_counts.study, run_counts.response, run_counts.scale
    from run_counts
    group by run_counts.study, run_counts.response, run_counts.scale
    having min(n) = max(n)
        and count(*) = (select count(distinct run) from sign_table where sign_table.study = run_counts.study)
),

totals as (
    select study, response, scale, fsum(value) / count(*) as mean
    from shifted
    group by study, response, scale
),

variation as (
    select shifted.study, shifted.response, shifted.scale, fsum(power(shifted.value - totals.mean, 2)) as total_sum_sq
    from shifted
    inner join totals using (study, response, scale)
    group by shifted.study, shifted.response, shifted.scale
),

contrasts as (
    select
        shifted.study,
        shifted.response,
        shifted.scale,
        terms.term,
        count(*) as n,
        fsum(sign_table.sign * (shifted.value - totals.mean)) as contrast,
    from shifted
    inner join balanced using (study, response, scale)
    inner join totals using (study, response, scale)
    inner join terms on terms.study = shifted.study
    inner join sign_table
        on sign_table.study = shifted.study
        and sign_table.run = shifted.run
        and sign_table.term = terms.term
        and sign_table.factors > 0  -- a factor may be named I
    group by shifted.study, shifted.response, shifted.scale, terms.term
)

select
    contrasts.study,
    contrasts.response,
    contrasts.scale,
    contrasts.term,
    contrasts.n,
    contrasts.contrast,
    2 * contrasts.contrast / contrasts.n as effect,
    contrasts.contrast / contrasts.n as coefficient,
    power(contrasts.contrast, 2) / contrasts.n as sum_sq,
    100 * power(contrasts.contrast, 2) / contrasts.n / variation.total_sum_sq as percent_of_variation,
from contrasts
inner join variation using (study, response, scale);

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
