-- x as it was logged: of a 32-bit float the shortest decimal that is the same 32-bit float, any other number itself.
-- grain: a value
-- reads: nothing
-- Event files hold 32-bit floats, so 0.1 arrives as 0.10000000149011612. A fraction that fits 32 bits and is far longer as
-- a double was one; numbers from 2^24 on are whole when they fit, and are left alone.
create or replace macro as_logged(x) as
    case
        when abs(x) < 16777216 and x = x::float::double and length(x::varchar) > length(x::float::varchar) + 3
            then x::float::varchar::double
        else x
    end;

comment on macro as_logged is 'x as it was logged: a 32-bit float by its shortest decimal (0.1, not 0.10000000149011612).';
