-- What each combination of levels would give by the active effects and their parents, in the unit of the response.
-- grain: study, response, levels
-- reads: nothing (written by the models)
create table settings (
    night_id integer,
    study varchar,
    response varchar,
    scale varchar,
    position integer,
    run integer,
    levels varchar,
    mean double,
    ci_low double,
    ci_high double,
    predicted_low double,
    predicted_high double,
    is_best boolean,
    desirability double,
);

comment on table settings is 'What each combination of levels would give by the active effects and their parents, in the unit of the response.';
comment on column settings.night_id is 'Night that wrote the row.';
comment on column settings.study is 'Study the row belongs to.';
comment on column settings.response is 'Response that was fitted.';
comment on column settings.scale is 'Scale that decides: on log10 means are geometric.';
comment on column settings.position is 'Order of the combinations, last factor fastest.';
comment on column settings.run is 'Run of the design that has these levels and was made; null where none has: then effects aliased with those that predict are taken for zero.';
comment on column settings.levels is 'Level of every factor.';
comment on column settings.mean is 'Mean by the reduced model: active terms with all their parents.';
comment on column settings.ci_low is 'Lower end of its interval by the error that decides; 95 % unless alpha says otherwise.';
comment on column settings.ci_high is 'Upper end.';
comment on column settings.predicted_low is 'Lower end of the interval of one more execution (of one more container where containers decide).';
comment on column settings.predicted_high is 'Upper end.';
comment on column settings.is_best is 'Whether it is the best mean by the goal of the response.';
comment on column settings.desirability is 'Of all responses with a goal together, 0 (worst) to 1 (best), the geometric mean of each one''s place between its worst and best setting (Derringer and Suich); null with fewer than two.';
