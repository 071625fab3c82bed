-- Type III analysis of variance on the scale that decides, with the p-values of the error that decides.
-- grain: study, response, source
-- reads: anova_by_scale, fits, effects
create or replace view anova_rows as
select
    rows_.night_id,
    rows_.study,
    rows_.response,
    rows_.scale,
    rows_.position,
    rows_.source,
    rows_.aliases,
    rows_.sum_sq,
    rows_.df,
    rows_.mean_sq,
    rows_.f_value,
    case when effects.term is null then rows_.p_value else effects.p_value end as p_value,
    effects.error_unit,
    rows_.p_value as residual_p_value,
    rows_.percent_of_variation,
    rows_.partial_eta_sq,
from anova_by_scale as rows_
inner join fits using (study, response, scale)
left join effects
    on effects.study = rows_.study
    and effects.response = rows_.response
    and effects.term = rows_.source
where fits.is_decisive
order by rows_.study, rows_.response, rows_.position;

comment on view anova_rows is 'Type III analysis of variance on the scale that decides, with the p-values of the error that decides.';
comment on column anova_rows.night_id is 'Night that wrote the row.';
comment on column anova_rows.study is 'Study the row belongs to.';
comment on column anova_rows.response is 'Response that was fitted.';
comment on column anova_rows.scale is 'Scale on which conclusions are drawn: identity or log10.';
comment on column anova_rows.position is 'Order in the table.';
comment on column anova_rows.source is 'Term, Intercept, Residual, Lack of fit, Pure error or Curvature.';
comment on column anova_rows.aliases is 'Effects that cannot be told from it, joined by =; behind + or -, what missing runs leave in it.';
comment on column anova_rows.sum_sq is 'Sum of squares.';
comment on column anova_rows.df is 'Degrees of freedom.';
comment on column anova_rows.mean_sq is 'Mean square.';
comment on column anova_rows.f_value is 'F against the residual, whose units are containers.';
comment on column anova_rows.p_value is 'p-value of the term under the error that decides, as in effects; of other rows that of F.';
comment on column anova_rows.error_unit is 'What decides: folder or container.';
comment on column anova_rows.residual_p_value is 'p-value of F; where folders decide it takes containers for executions and is too small.';
comment on column anova_rows.percent_of_variation is 'Share of the total sum of squares, percent (Jain''s allocation of variation).';
comment on column anova_rows.partial_eta_sq is 'Sum of squares over itself plus the residual.';
