-- Type III analysis of variance.
-- grain: study, response, scale, source
-- reads: nothing (written by the models)
create table anova_rows (
    night_id integer,
    study varchar,
    response varchar,
    scale varchar,
    position integer,
    source varchar,
    aliases varchar,
    sum_sq double,
    df integer,
    mean_sq double,
    f_value double,
    p_value double,
    percent_of_variation double,
    partial_eta_sq double,
);

comment on table anova_rows is 'Type III analysis of variance.';
comment on column anova_rows.night_id is 'Night that wrote the row.';
comment on column anova_rows.study is 'Study the row belongs to.';
comment on column anova_rows.response is 'Response that was fitted.';
comment on column anova_rows.scale is 'Scale of the fit: identity or log10.';
comment on column anova_rows.position is 'Order in the table.';
comment on column anova_rows.source is 'Term, Intercept, Residual, Lack of fit, Pure error or Curvature.';
comment on column anova_rows.aliases is 'Effects that cannot be told from it, joined by =.';
comment on column anova_rows.sum_sq is 'Sum of squares.';
comment on column anova_rows.df is 'Degrees of freedom.';
comment on column anova_rows.mean_sq is 'Mean square.';
comment on column anova_rows.f_value is 'F against the residual.';
comment on column anova_rows.p_value is 'Its p-value.';
comment on column anova_rows.percent_of_variation is 'Share of the total sum of squares, percent (Jain''s allocation of variation).';
comment on column anova_rows.partial_eta_sq is 'Sum of squares over itself plus the residual.';
