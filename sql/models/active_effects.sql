-- The effects of $study that are active for some response, on its decisive scale, under the error that decides.
-- grain: term
-- reads: effect_tests, fits
select distinct effect_tests.term
from effect_tests
inner join fits
    on fits.study = effect_tests.study
    and fits.response = effect_tests.response
    and fits.scale = effect_tests.scale
where effect_tests.study = $study
    and fits.is_decisive
    and effect_tests.is_active
    and effect_tests.is_decisive
order by effect_tests.term;
