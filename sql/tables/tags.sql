-- The names under which scalars were logged.
-- grain: tag_id
-- reads: nothing (loaded by the night)
create table tags (
    tag_id integer,
    tag varchar,
);

comment on table tags is 'The names under which scalars were logged.';
comment on column tags.tag_id is 'Key of the tag.';
comment on column tags.tag is 'Name of the tag.';
