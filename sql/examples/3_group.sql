-- Mean, standard deviation, standard error and 95 % interval by any grouping.
-- grain: group
-- reads: fltk_2_4_1
select
    Network,
    Memory,
    count(*) as n,
    mean_of(Accuracy) as mean,
    stddev_samp(Accuracy) as sd,
    standard_error(Accuracy) as se,
    ci95_low(Accuracy) as ci_low,
    ci95_high(Accuracy) as ci_high,
from fltk_2_4_1
group by all
order by all;
