-- Sample standard deviation of x.
-- grain: a value
-- reads: nothing
-- In their order, so that the last digits depend on nothing else; shifted, so that a large offset eats none.
create or replace macro sd_of(x) as
    list_aggregate(list_transform(list(x order by x), lambda each_x: each_x - min(x)), 'stddev_samp');

comment on macro sd_of is 'Sample standard deviation of x, exact also beside a large offset.';
