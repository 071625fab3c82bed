-- The signs of I, the factors and their two-factor interactions in every run.
-- grain: study, run, term
-- reads: sign_table
select
    study,
    run,
    term,
    letters,
    factors,
    sign,
from sign_table
where study in $studies and factors <= 2
order by study, run, factors, letters
