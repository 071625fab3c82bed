-- Standard error of the mean of x.
-- grain: a value
-- reads: nothing
create or replace macro standard_error(x) as
    stddev_samp(x order by x) / sqrt(count(x));

comment on macro standard_error is 'Standard error of the mean of x.';
