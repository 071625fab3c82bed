-- Whether each promise held, night by night.
-- grain: night_id, study, code
-- reads: nothing (written by the check)
create table verdicts (
    night_id integer,
    study varchar,
    relation varchar,
    code varchar,
    severity varchar,
    promise varchar,
    is_kept boolean,
    rows_checked integer,
    rows_failing integer,
    observed varchar,
);

comment on table verdicts is 'Whether each promise held, night by night.';
comment on column verdicts.night_id is 'Night that wrote the row.';
comment on column verdicts.study is 'Study the row belongs to.';
comment on column verdicts.relation is 'Relation the promise is about.';
comment on column verdicts.code is 'Code of the promise, listed in the manual.';
comment on column verdicts.severity is 'stop or warn.';
comment on column verdicts.promise is 'The promise in one sentence.';
comment on column verdicts.is_kept is 'Whether it held.';
comment on column verdicts.rows_checked is 'Rows that were looked at.';
comment on column verdicts.rows_failing is 'Rows that broke it.';
comment on column verdicts.observed is 'What was seen, in short.';
