-- Arithmetic mean of x, summed so that its last digits do not depend on threads.
-- grain: a value
-- reads: nothing
create or replace macro mean_of(x) as
    fsum(x) / count(x);

comment on macro mean_of is 'Arithmetic mean of x, summed so that its last digits do not depend on threads.';
