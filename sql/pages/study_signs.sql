-- The signs of I, the factors and their two-factor interactions in every run of the design, and in every other that was made.
-- grain: study, run, term
-- reads: sign_table, treatments, runs
select
    study,
    run,
    term,
    letters,
    factors,
    sign,
from sign_table
where
    study in $studies
    and factors <= 2
    and (study, run) in (
        select (study, run)
        from treatments
        where is_planned
        union all
        select (study, run)
        from runs
        where verdict = 'accepted'
    )
order by study, run, factors, letters
