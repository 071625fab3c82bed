-- The 97.5 % quantile of Student's t, for the intervals that the script of a page works out.
-- grain: df
-- reads: nothing (the macro t975)
select df, round(t975(df), 5) as quantile
from range(1, 121) as degrees(df)
order by df
