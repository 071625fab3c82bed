-- Treatments seen by two responses at once.
-- grain: study, response_x, response_y, run
-- reads: nothing (written by the models)
create table trade_offs (
    night_id integer,
    study varchar,
    response_x varchar,
    response_y varchar,
    run integer,
    mean_x double,
    low_x double,
    high_x double,
    mean_y double,
    low_y double,
    high_y double,
    is_dominated boolean,
);

comment on table trade_offs is 'Treatments seen by two responses at once.';
comment on column trade_offs.night_id is 'Night that wrote the row.';
comment on column trade_offs.study is 'Study the row belongs to.';
comment on column trade_offs.response_x is 'First response.';
comment on column trade_offs.response_y is 'Second response.';
comment on column trade_offs.run is 'Row of the design.';
comment on column trade_offs.mean_x is 'Mean of the first response.';
comment on column trade_offs.low_x is 'Lower end of its 95 % interval.';
comment on column trade_offs.high_x is 'Upper end.';
comment on column trade_offs.mean_y is 'Mean of the second response.';
comment on column trade_offs.low_y is 'Lower end of its 95 % interval.';
comment on column trade_offs.high_y is 'Upper end.';
comment on column trade_offs.is_dominated is 'Whether another treatment is at least as good in both and better in one.';
