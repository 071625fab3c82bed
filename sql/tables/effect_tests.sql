-- Every effect judged under every error term, side by side.
-- grain: study, response, scale, term, error_unit
-- reads: nothing (written by the models)
create table effect_tests (
    night_id integer,
    study varchar,
    response varchar,
    scale varchar,
    term varchar,
    aliases varchar,
    error_unit varchar,
    method varchar,
    effect double,
    error double,
    df double,
    margin double,
    simultaneous_margin double,
    statistic double,
    p_value double,
    p_holm double,
    conventional_margin double,
    conventional_simultaneous_margin double,
    conventional_p_value double,
    posterior double,
    permutation_p_value double,
    is_active boolean,
    is_active_at_once boolean,
    is_decisive boolean,
);

comment on table effect_tests is 'Every effect judged under every error term, side by side.';
comment on column effect_tests.night_id is 'Night that wrote the row.';
comment on column effect_tests.study is 'Study the row belongs to.';
comment on column effect_tests.response is 'Response that was fitted.';
comment on column effect_tests.scale is 'Scale of the fit: identity or log10.';
comment on column effect_tests.term is 'Factor names joined by a colon.';
comment on column effect_tests.aliases is 'Effects that cannot be told from it, joined by =; behind + or -, what missing runs leave in it.';
comment on column effect_tests.error_unit is 'container (repeats inside a folder) or folder (executions of a run).';
comment on column effect_tests.method is 'container: within-folder error, pooled error or model residual; folder: Lenth, between-folder error, left-out terms, or both of these together.';
comment on column effect_tests.effect is 'The effect judged; null for factors with more than two levels.';
comment on column effect_tests.error is 'Standard error of the effect, or Lenth''s pseudo standard error.';
comment on column effect_tests.df is 'Degrees of freedom of that error.';
comment on column effect_tests.margin is 'Effects beyond it are active: t times the standard error, or Lenth''s ME from his simulated reference.';
comment on column effect_tests.simultaneous_margin is 'The same for all effects at once: Lenth''s SME, simulated; null otherwise.';
comment on column effect_tests.statistic is 'Effect over error; F for factors with more than two levels.';
comment on column effect_tests.p_value is 'p-value of the statistic; of Lenth''s method from its simulated reference.';
comment on column effect_tests.p_holm is 'The same, adjusted by Holm.';
comment on column effect_tests.conventional_margin is 'Lenth''s ME by t with m/3 degrees of freedom, as books print it; null otherwise.';
comment on column effect_tests.conventional_simultaneous_margin is 'Lenth''s SME by that t; null otherwise.';
comment on column effect_tests.conventional_p_value is 'p-value by that t; null otherwise.';
comment on column effect_tests.posterior is 'Probability that the effect is active, by Box and Meyer (one in five active, ten times as large); null outside Lenth''s method.';
comment on column effect_tests.permutation_p_value is 'p-value by permutation of the units that decide, on the scale that decides: a check that takes no normal errors for granted; null of other rows, and where units are not alike (counts, whole plots, folders of unequal size, lost cells) or too few for any p below alpha.';
comment on column effect_tests.is_active is 'Whether the effect, taken alone, lies beyond the margin.';
comment on column effect_tests.is_active_at_once is 'Whether it does so when all effects are judged at once: by SME or Holm.';
comment on column effect_tests.is_decisive is 'Whether this error term decides: of the declared unit, else of folders, else of containers where no run is missing.';
