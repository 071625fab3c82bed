-- Which effects were active, night by night: the memory behind what changed.
-- grain: night_id, study, response, scale, term, error_unit
-- reads: nothing (written by the models)
create table conclusions (
    night_id integer,
    study varchar,
    response varchar,
    scale varchar,
    term varchar,
    aliases varchar,
    error_unit varchar,
    effect double,
    ci_low double,
    ci_high double,
    alpha double,
    minimum_effect double,
    is_active boolean,
    is_decisive boolean,
    is_firm boolean,
    looks varchar,
    replicates integer,
);

comment on table conclusions is 'Which effects were active, night by night: the memory behind what changed.';
comment on column conclusions.night_id is 'Night that wrote the row.';
comment on column conclusions.study is 'Study the row belongs to.';
comment on column conclusions.response is 'Response that was fitted.';
comment on column conclusions.scale is 'Scale of the fit: identity or log10.';
comment on column conclusions.term is 'Factor names joined by a colon.';
comment on column conclusions.aliases is 'Effects that could not be told from it, joined by =; behind + or -, what missing runs left in it.';
comment on column conclusions.error_unit is 'container or folder.';
comment on column conclusions.effect is 'The effect that night.';
comment on column conclusions.ci_low is 'Lower end of its interval under that error; null where there is none, and of nights before it was kept.';
comment on column conclusions.ci_high is 'Upper end.';
comment on column conclusions.alpha is 'Level that verdict and interval were held to that night; null of nights before it was kept.';
comment on column conclusions.minimum_effect is 'Smallest effect that counted that night, on this scale; null where none was declared.';
comment on column conclusions.is_active is 'Whether it was active.';
comment on column conclusions.is_decisive is 'Whether scale and unit are those that decided that night; null of nights before it was kept.';
comment on column conclusions.is_firm is 'Whether the planned folders of every run were there: before that a verdict is provisional, as every night is another look; null of nights before it was kept.';
comment on column conclusions.looks is 'Replicates at which looks were planned that night, and alpha, as text; empty where the study declared none; null of nights before it was kept.';
comment on column conclusions.replicates is 'Folders that every run of the design had at least that night.';
