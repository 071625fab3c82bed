-- Sample standard deviation of x.
-- grain: a value
-- reads: nothing
-- In their order, so that the last digits depend on nothing else; shifted, so that a large offset eats none.
-- Where their squares would vanish or have no end, deviations are taken in parts of the largest.
create or replace macro sd_of(x) as
    case
        when max(x) - min(x) between 1e-150 and 1e150 or max(x) = min(x)
            then list_aggregate(list_transform(list(x order by x), lambda each_x: each_x - min(x)), 'stddev_samp')
        else (max(x) - min(x)) * list_aggregate(
            list_transform(list(x order by x), lambda each_x: (each_x - min(x)) / (max(x) - min(x))), 'stddev_samp'
        )
    end;

comment on macro sd_of is 'Sample standard deviation of x, exact also beside a large offset.';
