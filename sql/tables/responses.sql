-- The responses each study declares.
-- grain: study, response
-- reads: nothing (loaded from the study files)
create table responses (
    study varchar,
    response varchar,
    response_position integer,
    metric varchar,
    within varchar,
    reduce varchar,
    from_stamp varchar,
    to_stamp varchar,
    unit varchar,
    goal varchar,
    low double,
    high double,
);

comment on table responses is 'The responses each study declares.';
comment on column responses.study is 'Study the response belongs to.';
comment on column responses.response is 'Response, as the study names it.';
comment on column responses.response_position is 'Place of the response in the study, from 1.';
comment on column responses.metric is 'Tag, column or key it is read from; null where it is a time between two stamps.';
comment on column responses.reduce is 'How the points of the tag become one number: last, first, max, min or mean.';
comment on column responses.from_stamp is 'First of the two stamps it lies between; null for a metric.';
comment on column responses.to_stamp is 'Second of the two stamps.';
comment on column responses.unit is 'Unit of the values.';
comment on column responses.goal is 'maximize, minimize or null.';
comment on column responses.low is 'Lowest value that is possible; null where the study sets none.';
comment on column responses.high is 'Highest value that is possible; null where the study sets none.';
comment on column responses.within is 'Regular expression of the folders between container and file, where the study names them.';
