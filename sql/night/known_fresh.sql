-- Whether the data of each study were as fresh as it declares when that was judged last.
-- grain: study
-- reads: verdicts
select study, is_kept
from verdicts
where code = 'FRE-1'
qualify row_number() over (partition by study order by night_id desc) = 1;
