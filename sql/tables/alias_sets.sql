-- Which effects cannot be told apart: in the design as declared and in the runs that are there.
-- grain: study, scope, term
-- reads: nothing (made by the models)
create table alias_sets (
    night_id integer,
    study varchar,
    scope varchar,
    term varchar,
    letters varchar,
    factors integer,
    aliases varchar,
);

comment on table alias_sets is 'Which effects cannot be told apart: in the design as declared and in the runs that are there.';
comment on column alias_sets.night_id is 'Night that wrote the row.';
comment on column alias_sets.study is 'Study the row belongs to.';
comment on column alias_sets.scope is 'declared (the whole design) or present (the runs with observations).';
comment on column alias_sets.term is 'Factor names joined by a colon.';
comment on column alias_sets.letters is 'The same in letters.';
comment on column alias_sets.factors is 'How many factors it joins.';
comment on column alias_sets.aliases is 'Effects of up to three factors (or the shortest) that cannot be told from it, joined by =, - before opposite ones; behind + or - and a blank, what missing runs leave in it, or which effects take it up where it is not estimable; mean where it never changes.';
