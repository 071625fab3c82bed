-- Note that the folders in $now were $before until tonight, and that those in $copies, claimed by $studies, are $originals.
-- grain: statements
-- reads: folders, findings
insert into findings
with renamed as (
    select
        unnest(cast($before as varchar[])) as name_before,
        unnest(cast($now as varchar[])) as folder
)

select
    folders.folder,
    folders.study,
    null as container_id,
    null as path,
    null as line,
    null as byte_offset,
    'R114' as code,
    'repaired' as outcome,
    folders.folder || ': holds byte for byte what ' || renamed.name_before || ' held, which is gone, expected a folder '
    || 'to keep its name. Its facts are kept under the new name.' as reason,
    $night_id as first_night_id,
    $night_id as night_id,
from renamed
inner join folders on folders.folder = renamed.folder
order by folders.folder;

create or replace temp table copied as
with listed as (
    select
        unnest(cast($copies as varchar[])) as folder,
        unnest(cast($studies as varchar[])) as study,
        unnest(cast($originals as varchar[])) as original
)

select
    listed.folder,
    listed.study,
    listed.original,
    coalesce(min(findings.first_night_id), $night_id) as first_night_id,
from listed
left join findings on findings.folder = listed.folder and findings.code = 'Q328'
group by all;

delete from findings
where code = 'Q328';

insert into findings
select
    folder,
    study,
    null as container_id,
    null as path,
    null as line,
    null as byte_offset,
    'Q328' as code,
    'quarantined' as outcome,
    folder || ': found byte for byte what ' || original || ' holds, expected an execution of its own. It is not loaded; '
    || 'remove the copy.' as reason,
    first_night_id,
    $night_id as night_id,
from copied
order by folder;

drop table copied;
