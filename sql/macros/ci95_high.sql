-- Upper end of the 95 % t-interval of the mean of x.
-- grain: a value
-- reads: t975
create or replace macro ci95_high(x) as
    fsum(x order by x) / count(x) + t975(count(x) - 1) * stddev_samp(x order by x) / sqrt(count(x));

comment on macro ci95_high is 'Upper end of the 95 % t-interval of the mean of x.';
