-- What was logged that is no scalar: text, histograms, images, hyperparameters.
-- grain: file_id, tag, step, kind
-- reads: nothing (loaded by the night)
create table summaries (
    container_key integer,
    file_id integer,
    tag varchar,
    step bigint,
    logged_at timestamp,
    kind varchar,
    content json,
);

comment on table summaries is 'What was logged that is no scalar: text, histograms, images, hyperparameters.';
comment on column summaries.container_key is 'Container that logged it.';
comment on column summaries.file_id is 'File it was read from.';
comment on column summaries.tag is 'Tag it was logged under.';
comment on column summaries.step is 'Step, as logged.';
comment on column summaries.logged_at is 'Wall time of the record (UTC).';
comment on column summaries.kind is 'text, histogram, image, audio, tensor or hparams.';
comment on column summaries.content is 'Its content, or its size where it is an image or audio.';
