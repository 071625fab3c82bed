-- One execution of the flow and what it saw.
-- grain: night_id
-- reads: nothing (written by the night)
create table nights (
    night_id integer,
    started_at timestamp,
    finished_at timestamp,
    folders_seen integer,
    folders_new integer,
    folders_changed integer,
    studies_edited integer,
    folders_gone integer,
    folders_held integer,
    runs_accepted integer,
    runs_unfinished integer,
    runs_quarantined integer,
    runs_left_out integer,
    folders_unclaimed integer,
    promises_kept integer,
    promises_broken integer,
    doehouse_version varchar,
);

comment on table nights is 'One execution of the flow and what it saw.';
comment on column nights.night_id is 'Number of the night, from 1.';
comment on column nights.started_at is 'When the night began (UTC).';
comment on column nights.finished_at is 'When its facts, checks and fits were complete (UTC).';
comment on column nights.folders_seen is 'Log folders that some study claims.';
comment on column nights.folders_new is 'Folders loaded for the first time.';
comment on column nights.folders_changed is 'Folders loaded again because their files changed or somebody asked.';
comment on column nights.studies_edited is 'Studies whose file was edited since the night before; null of nights that did not count them.';
comment on column nights.folders_gone is 'Folders in the warehouse that were no longer under the log root.';
comment on column nights.folders_held is 'Accepted folders whose facts stay though their files are others now.';
comment on column nights.runs_accepted is 'Folders whose observations count, after this night.';
comment on column nights.runs_unfinished is 'Folders that are waiting for a stamp or a file.';
comment on column nights.runs_quarantined is 'Folders left out because they broke a stop promise.';
comment on column nights.runs_left_out is 'Runs of which `where` of their study lets nothing count; null of nights that did not count them.';
comment on column nights.folders_unclaimed is 'Folders that no study claims.';
comment on column nights.promises_kept is 'Promises that held this night.';
comment on column nights.promises_broken is 'Promises that did not hold this night.';
comment on column nights.doehouse_version is 'Version of doehouse that ran.';
