-- The signs of I, the factors and their two-factor interactions in every run.
-- grain: run, term
-- reads: sign_table
select
    run,
    term,
    letters,
    factors,
    sign,
from sign_table
where study = $study and factors <= 2
order by run, factors, letters
