-- What the last night that fitted a study concludes of it, sentence by sentence; positions count within a topic, outcome is the answer.
-- grain: study, response, topic, position
-- reads: nothing (written by the models)
create table statements (
    night_id integer,
    study varchar,
    response varchar,
    topic varchar,
    position integer,
    kind varchar,
    sentence varchar,
);

comment on table statements is 'What the last night that fitted a study concludes of it, sentence by sentence; positions count within a topic, outcome is the answer.';
comment on column statements.night_id is 'Night that wrote the row.';
comment on column statements.study is 'Study the row belongs to.';
comment on column statements.response is 'Response it speaks of; null where it is the whole study.';
comment on column statements.topic is 'outcome, settings, error_terms, aliases, scale, order, diagnostics, design, data or change.';
comment on column statements.position is 'Order within the topic.';
comment on column statements.kind is 'finding, doubt or note.';
comment on column statements.sentence is 'The sentence.';
