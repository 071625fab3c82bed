-- Lower end of the 95 % t-interval of the mean of x.
-- grain: a value
-- reads: mean_of, t975, standard_error
create or replace macro ci95_low(x) as
    mean_of(x) - t975(count(x) - 1) * standard_error(x);

comment on macro ci95_low is 'Lower end of the 95 % t-interval of the mean of x.';
