-- Type III analysis of variance on the scale that decides.
-- grain: study, response, source
-- reads: anova_by_scale, fits
create or replace view anova_rows as
select
    anova_by_scale.night_id,
    anova_by_scale.study,
    anova_by_scale.response,
    anova_by_scale.scale,
    anova_by_scale.position,
    anova_by_scale.source,
    anova_by_scale.aliases,
    anova_by_scale.sum_sq,
    anova_by_scale.df,
    anova_by_scale.mean_sq,
    anova_by_scale.f_value,
    anova_by_scale.p_value,
    anova_by_scale.percent_of_variation,
    anova_by_scale.partial_eta_sq,
from anova_by_scale
inner join fits using (study, response, scale)
where fits.is_decisive
order by anova_by_scale.study, anova_by_scale.response, anova_by_scale.position;

comment on view anova_rows is 'Type III analysis of variance on the scale that decides.';
comment on column anova_rows.night_id is 'Night that wrote the row.';
comment on column anova_rows.study is 'Study the row belongs to.';
comment on column anova_rows.response is 'Response that was fitted.';
comment on column anova_rows.scale is 'Scale on which conclusions are drawn: identity or log10.';
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
