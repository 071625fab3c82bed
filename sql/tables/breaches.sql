-- The rows that broke a promise, by name.
-- grain: study, code, folder, container_id, response
-- reads: nothing (written by the check)
create table breaches (
    night_id integer,
    study varchar,
    relation varchar,
    code varchar,
    severity varchar,
    folder varchar,
    container_id varchar,
    response varchar,
    found varchar,
    reason varchar,
);

comment on table breaches is 'The rows that broke a promise, by name.';
comment on column breaches.night_id is 'Night that wrote the row.';
comment on column breaches.study is 'Study the row belongs to.';
comment on column breaches.relation is 'Relation the promise is about.';
comment on column breaches.code is 'Code of the promise.';
comment on column breaches.severity is 'stop or warn.';
comment on column breaches.folder is 'Folder that broke it; null where it is the whole study.';
comment on column breaches.container_id is 'Container that broke it.';
comment on column breaches.response is 'Response that broke it.';
comment on column breaches.found is 'What was found.';
comment on column breaches.reason is 'Where, what was found, what was expected, what to do.';
