-- The same where there is no published warehouse yet.
-- grain: check
-- reads: nothing
select 'WH-7' as code, 0 as expected, 0 as found;
