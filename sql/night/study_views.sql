-- The statement that makes the wide view of each study.
-- grain: study
-- reads: study_views
select study, statement
from study_views
order by study;
