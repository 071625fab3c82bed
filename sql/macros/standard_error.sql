-- Standard error of the mean of x.
-- grain: a value
-- reads: sd_of
create or replace macro standard_error(x) as
    sd_of(x) / sqrt(count(x));

comment on macro standard_error is 'Standard error of the mean of x.';
