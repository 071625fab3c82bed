-- Name as a quoted SQL identifier.
-- grain: a value
-- reads: nothing
create or replace macro quoted_name(name) as
    '"' || replace(name, '"', '""') || '"';

comment on macro quoted_name is 'Name as a quoted SQL identifier.';
