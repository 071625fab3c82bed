-- How many folders each study has.
-- grain: study
-- reads: folders
select study, count(*) as folders from folders group by study order by study
