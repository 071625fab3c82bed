-- The signs of I, the factors and their two-factor interactions in every run.
-- grain: run, effect
-- reads: sign_table
select
    run,
    effect,
    letters,
    factors,
    sign,
from sign_table
where study = $study and factors <= 2
order by run, factors, letters
