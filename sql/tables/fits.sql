-- One fitted model per response and scale.
-- grain: study, response, scale
-- reads: nothing (written by the models)
create table fits (
    night_id integer,
    study varchar,
    response varchar,
    scale varchar,
    n integer,
    df_model integer,
    df_resid integer,
    f_value double,
    p_value double,
    residual_sd double,
    r_squared double,
    r_squared_adjusted double,
    press double,
    r_squared_predicted double,
    is_balanced boolean,
    is_decisive boolean,
    error_unit varchar,
    error_method varchar,
    error_df double,
    error_sd double,
    error_quantile double,
    alpha double,
    terms varchar[],
    dropped varchar[],
);

comment on table fits is 'One fitted model per response and scale.';
comment on column fits.night_id is 'Night that wrote the row.';
comment on column fits.study is 'Study the row belongs to.';
comment on column fits.response is 'Response that was fitted.';
comment on column fits.scale is 'Scale of the fit: identity or log10.';
comment on column fits.n is 'Observations fitted.';
comment on column fits.df_model is 'Degrees of freedom of the model.';
comment on column fits.df_resid is 'Degrees of freedom of the residuals; 0 where the model goes through every observation.';
comment on column fits.f_value is 'Overall F.';
comment on column fits.p_value is 'Its p-value.';
comment on column fits.residual_sd is 'Root mean square of the residuals.';
comment on column fits.r_squared is 'Share of the variation the model explains.';
comment on column fits.r_squared_adjusted is 'The same, adjusted for degrees of freedom.';
comment on column fits.press is 'Prediction error sum of squares.';
comment on column fits.r_squared_predicted is 'Share of the variation predicted by leaving one out.';
comment on column fits.is_balanced is 'Whether every run has the same number of observations.';
comment on column fits.is_decisive is 'Whether conclusions are drawn on this scale.';
comment on column fits.error_unit is 'What decides about effects: folder or container; null where nothing can.';
comment on column fits.error_method is 'Where that error comes from, as in effect_tests.';
comment on column fits.error_df is 'Its degrees of freedom.';
comment on column fits.error_sd is 'Standard deviation of one such unit: of the mean of a folder, or of a container; null of declared distributions and of whole plots, which have none.';
comment on column fits.error_quantile is 'How many standard errors make an interval: the quantile of t, or of Lenth''s reference, 95 % unless alpha says otherwise.';
comment on column fits.alpha is 'Level that verdicts and intervals are held to: the study''s alpha, or what its planned looks spend of it at this one; null of nights before it was kept.';
comment on column fits.terms is 'Terms of the model.';
comment on column fits.dropped is 'Terms of the study that missing runs took away whole.';
