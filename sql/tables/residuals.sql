-- Observations with their fitted values and residuals.
-- grain: study, response, scale, container_id
-- reads: nothing (written by the models)
create table residuals (
    night_id integer,
    study varchar,
    response varchar,
    scale varchar,
    run integer,
    folder varchar,
    container_id varchar,
    started_at timestamp,
    observed double,
    fitted double,
    residual double,
    studentised double,
    leverage double,
    normal_quantile double,
    is_unusual boolean,
    reason varchar,
);

comment on table residuals is 'Observations with their fitted values and residuals.';
comment on column residuals.night_id is 'Night that wrote the row.';
comment on column residuals.study is 'Study the row belongs to.';
comment on column residuals.response is 'Response that was fitted.';
comment on column residuals.scale is 'Scale of the fit: identity or log10.';
comment on column residuals.run is 'Row of the design.';
comment on column residuals.folder is 'Folder of the container.';
comment on column residuals.container_id is 'Container observed.';
comment on column residuals.started_at is 'Start of its work (UTC).';
comment on column residuals.observed is 'The observation, on this scale.';
comment on column residuals.fitted is 'What the model says.';
comment on column residuals.residual is 'Observed minus fitted.';
comment on column residuals.studentised is 'Externally studentised residual.';
comment on column residuals.leverage is 'Diagonal of the hat matrix.';
comment on column residuals.normal_quantile is 'Quantile of the normal distribution at the residual''s rank.';
comment on column residuals.is_unusual is 'Whether residual or leverage is out of the ordinary; the reason names it.';
comment on column residuals.reason is 'Why it is unusual; null where it is not.';
