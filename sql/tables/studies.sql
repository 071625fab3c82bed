-- The studies as their files declare them.
-- grain: study
-- reads: nothing (loaded from the study files)
create table studies (
    study varchar,
    title varchar,
    timezone varchar,
    folders varchar,
    done_when varchar,
    design varchar,
    defining_relation varchar,
    resolution varchar,
    error_unit varchar,
    definition json,
    digest varchar,
);

comment on table studies is 'The studies as their files declare them.';
comment on column studies.study is 'Name of the study; also the name of its wide view.';
comment on column studies.title is 'What was asked, in words.';
comment on column studies.timezone is 'Zone of the zone-less stamps in its logs.';
comment on column studies.folders is 'Pattern of the folders it claims.';
comment on column studies.design is 'The design in one line.';
comment on column studies.defining_relation is 'Generators multiplied out, such as I = ABCD; null for a full factorial.';
comment on column studies.resolution is 'Resolution in Roman numerals; null for a full factorial.';
comment on column studies.error_unit is 'Which error term decides (container or folder); null where the study leaves it open.';
comment on column studies.definition is 'The whole study file as read, defaults filled in.';
comment on column studies.digest is 'SHA-256 of the definition.';
comment on column studies.done_when is 'What tells that a run is over.';
