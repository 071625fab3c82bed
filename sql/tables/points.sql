-- Every scalar ever logged, in narrow form; the view metrics shows it with names.
-- grain: container_key, tag_id, file_id, record order
-- reads: nothing (loaded by the night)
create table points (
    container_key integer,
    tag_id integer,
    file_id integer,
    step bigint,
    logged_at timestamp,
    value double,
    is_superseded boolean,
);

comment on table points is 'Every scalar ever logged, in narrow form; the view metrics shows it with names.';
comment on column points.container_key is 'Container that logged it.';
comment on column points.tag_id is 'Tag it was logged under.';
comment on column points.file_id is 'File it was read from.';
comment on column points.step is 'Step, as logged.';
comment on column points.logged_at is 'Wall time of the record (UTC); null where it was not a time.';
comment on column points.value is 'The scalar; 32-bit values are widened.';
comment on column points.is_superseded is 'Whether a later write gave the same tag and step another value.';
