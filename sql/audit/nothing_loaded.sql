-- The same on a night that loads no folder.
-- grain: check
-- reads: nothing
select unnest(['WH-1', 'WH-2', 'WH-3', 'WH-4']) as code, 0 as expected, 0 as found;
