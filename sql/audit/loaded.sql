-- Rows that tonight's shards hold against rows that stand in the warehouse for tonight's folders ($folder_ids).
-- grain: check
-- reads: files, stamps, containers, points
with tonight as (
    select unnest(cast($folder_ids as integer[])) as folder_id
    union
    select folder_id from read_parquet($folders)
)

select
    'WH-1' as code,
    (select count(*) from read_parquet($files)) as expected,
    (select count(*) from files semi join tonight using (folder_id)) as found,
union all
select
    'WH-2' as code,
    (select count(*) from read_parquet($stamps)) as expected,
    (select count(*) from stamps semi join tonight using (folder_id)) as found,
union all
select
    'WH-3' as code,
    (select count(*) from read_parquet($containers)) as expected,
    (select count(*) from containers semi join tonight using (folder_id)) as found,
union all
select
    'WH-4' as code,
    (
        select coalesce(sum(scalars), 0)
        from read_parquet($files)
        where place is not null or kind = 'table'
    ) as expected,
    (
        select count(*)
        from points
        semi join (select file_id from read_parquet($files)) as tonights using (file_id)
    ) as found;
