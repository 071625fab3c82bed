-- Coefficients of the sum-to-zero coding, one for every combination of levels.
-- grain: study, response, scale, name
-- reads: nothing (written by the models)
create table coefficients (
    night_id integer,
    study varchar,
    response varchar,
    scale varchar,
    position integer,
    term varchar,
    aliases varchar,
    name varchar,
    is_declared boolean,
    coef double,
    std_err double,
    t_value double,
    p_value double,
    ci_low double,
    ci_high double,
);

comment on table coefficients is 'Coefficients of the sum-to-zero coding, one for every combination of levels.';
comment on column coefficients.night_id is 'Night that wrote the row.';
comment on column coefficients.study is 'Study the row belongs to.';
comment on column coefficients.response is 'Response that was fitted.';
comment on column coefficients.scale is 'Scale of the fit: identity or log10.';
comment on column coefficients.position is 'Order in the table.';
comment on column coefficients.term is 'Term of the model; Intercept for the grand mean, Curvature for centre points.';
comment on column coefficients.aliases is 'Effects that cannot be told from it, joined by =; behind + or -, what missing runs leave in it; null where there are none.';
comment on column coefficients.name is 'Term with the levels the coefficient stands for, such as CPU[1500m]:Memory[3Gi].';
comment on column coefficients.is_declared is 'Whether it stands for the high level of every two-level factor: the coding of effects.';
comment on column coefficients.coef is 'Coefficient: deviation from the grand mean.';
comment on column coefficients.std_err is 'Its standard error.';
comment on column coefficients.t_value is 'Its t.';
comment on column coefficients.p_value is 'Its p-value.';
comment on column coefficients.ci_low is 'Lower end of the 95 % interval.';
comment on column coefficients.ci_high is 'Upper end of the 95 % interval.';
