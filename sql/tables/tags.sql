-- The series under which scalars were logged: their tag, and where below its container.
-- grain: tag_id
-- reads: nothing (loaded by the night)
create table tags (
    tag_id integer,
    tag varchar,
    within varchar default '',
    is_result boolean default false,
);

comment on table tags is 'The series under which scalars were logged: their tag, and where below its container.';
comment on column tags.tag_id is 'Key of the series.';
comment on column tags.tag is 'Name of the tag.';
comment on column tags.within is 'Folders between the container and the file, such as train or validation; empty for none.';
comment on column tags.is_result is 'Whether the file holds hyperparameters too: its values are end results, no part of a curve.';
