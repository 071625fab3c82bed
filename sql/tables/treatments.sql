-- The rows of each design: the level of every factor in every run.
-- grain: study, run, factor
-- reads: nothing (made from the study files)
create table treatments (
    study varchar,
    run integer,
    factor varchar,
    factor_position integer,
    letter varchar,
    level varchar,
    level_position integer,
    sign double,
    is_center boolean,
    is_planned boolean,
);

comment on table treatments is 'The rows of each design: the level of every factor in every run.';
comment on column treatments.study is 'Study the design belongs to.';
comment on column treatments.run is 'Row of the design, from 1, in Yates order; centre points follow, or levels that were run and that no run of the design has.';
comment on column treatments.factor is 'Factor, as the study names it.';
comment on column treatments.factor_position is 'Place of the factor in the study, from 1.';
comment on column treatments.letter is 'Letter of the factor in the generators.';
comment on column treatments.level is 'Level of the factor in this run.';
comment on column treatments.level_position is 'Place of the level in the study, from 1; null at a centre point.';
comment on column treatments.sign is '-1 at the low level, +1 at the high one, 0 at a centre point; null with more than two levels.';
comment on column treatments.is_center is 'Whether the run is a centre point.';
comment on column treatments.is_planned is 'Whether the run is one of the design; otherwise a folder ran with these levels (`ran_with`).';
