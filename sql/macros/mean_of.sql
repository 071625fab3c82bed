-- Arithmetic mean of x, summed in their order so that its last digits depend on nothing else.
-- grain: a value
-- reads: nothing
create or replace macro mean_of(x) as
    fsum(x order by x) / count(x);

comment on macro mean_of is 'Arithmetic mean of x, summed in their order so that its last digits depend on nothing else.';
