-- What the residuals, the scale and the order of execution say about the model.
-- grain: study, response, scale, diagnostic
-- reads: nothing (written by the models)
create table diagnostics (
    night_id integer,
    study varchar,
    response varchar,
    scale varchar,
    position integer,
    diagnostic varchar,
    value double,
    p_value double,
    ci_low double,
    ci_high double,
    reading varchar,
);

comment on table diagnostics is 'What the residuals, the scale and the order of execution say about the model.';
comment on column diagnostics.night_id is 'Night that wrote the row.';
comment on column diagnostics.study is 'Study the row belongs to.';
comment on column diagnostics.response is 'Response that was fitted; null for the order of execution of the whole study.';
comment on column diagnostics.scale is 'Scale of the fit: identity or log10; null for the order of execution.';
comment on column diagnostics.position is 'Order in the table.';
comment on column diagnostics.diagnostic is 'Name of the statistic, such as Shapiro-Wilk.';
comment on column diagnostics.value is 'The statistic.';
comment on column diagnostics.p_value is 'Its p-value; null where it has none.';
comment on column diagnostics.ci_low is 'Lower end of its interval; null where it has none.';
comment on column diagnostics.ci_high is 'Upper end of its interval.';
comment on column diagnostics.reading is 'What it says, in one sentence.';
