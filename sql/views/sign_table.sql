-- The signs of I, the factors and their two- and three-factor interactions in every run of a two-level design.
-- grain: study, run, term
-- reads: treatments
create or replace view sign_table as
with recursive signed as (
    select study, run, factor, factor_position, letter, sign
    from treatments
    where sign is not null and not is_center
),

products as (
    select study, run, factor as term, letter as letters, factor_position as last_position, 1 as factors, sign
    from signed
    union all
    select
        products.study,
        products.run,
        products.term || ':' || signed.factor as term,
        products.letters || signed.letter as letters,
        signed.factor_position as last_position,
        products.factors + 1 as factors,
        products.sign * signed.sign as sign,
    from products
    inner join signed
        on signed.study = products.study
        and signed.run = products.run
        and signed.factor_position > products.last_position
    where products.factors < 3
)

select study, run, 'I' as term, 'I' as letters, 0 as factors, 1.0 as sign
from signed
group by study, run
union all
select study, run, term, letters, factors, sign
from products;

comment on view sign_table is 'The signs of I, the factors and their two- and three-factor interactions in every run of a two-level design.';
comment on column sign_table.study is 'Study the row belongs to.';
comment on column sign_table.run is 'Row of the design.';
comment on column sign_table.term is 'I, or factor names joined by a colon.';
comment on column sign_table.letters is 'The same in letters.';
comment on column sign_table.factors is 'How many factors it joins.';
comment on column sign_table.sign is '-1 or +1.';
