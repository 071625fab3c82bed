-- Type III analysis of variance on every scale that was fitted; the view anova_rows keeps the scale that decides.
-- grain: study, response, scale, source
-- reads: nothing (written by the models)
create table anova_by_scale (
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

comment on table anova_by_scale is 'Type III analysis of variance on every scale that was fitted; the view anova_rows keeps the scale that decides.';
comment on column anova_by_scale.night_id is 'Night that wrote the row.';
comment on column anova_by_scale.study is 'Study the row belongs to.';
comment on column anova_by_scale.response is 'Response that was fitted.';
comment on column anova_by_scale.scale is 'Scale of the fit: identity or log10.';
comment on column anova_by_scale.position is 'Order in the table.';
comment on column anova_by_scale.source is 'Term, Intercept, Residual, Lack of fit, Pure error or Curvature.';
comment on column anova_by_scale.aliases is 'Effects that cannot be told from it, joined by =; behind + or -, what missing runs leave in it.';
comment on column anova_by_scale.sum_sq is 'Sum of squares.';
comment on column anova_by_scale.df is 'Degrees of freedom.';
comment on column anova_by_scale.mean_sq is 'Mean square.';
comment on column anova_by_scale.f_value is 'F against the residual, whose units are containers.';
comment on column anova_by_scale.p_value is 'Its p-value.';
comment on column anova_by_scale.percent_of_variation is 'Share of the total sum of squares, percent (Jain''s allocation of variation).';
comment on column anova_by_scale.partial_eta_sq is 'Sum of squares over itself plus the residual.';
