-- How every promise stands: its verdict of the last night that looked at it.
-- grain: study, code
-- reads: verdicts
create or replace view promises_now as
select
    study,
    code,
    promise,
    severity,
    not is_kept as is_broken,
    rows_checked,
    rows_failing,
    observed,
    relation,
    night_id,
from verdicts
qualify night_id = max(night_id) over (partition by study)
order by is_broken desc, severity, study nulls first, code;

comment on view promises_now is 'How every promise stands: its verdict of the last night that looked at it.';
comment on column promises_now.study is 'Study the promise is about; null for the whole warehouse.';
comment on column promises_now.code is 'Code of the promise, listed in the manual.';
comment on column promises_now.promise is 'The promise in one sentence.';
comment on column promises_now.severity is 'stop or warn.';
comment on column promises_now.is_broken is 'Whether it did not hold.';
comment on column promises_now.rows_checked is 'Rows that were looked at.';
comment on column promises_now.rows_failing is 'Rows that broke it.';
comment on column promises_now.observed is 'What was seen, in short.';
comment on column promises_now.relation is 'Relation the promise is about.';
comment on column promises_now.night_id is 'Night that looked at it.';
