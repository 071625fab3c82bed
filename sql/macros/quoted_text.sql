-- Text as a quoted SQL string.
-- grain: a value
-- reads: nothing
create or replace macro quoted_text(content) as
    '''' || replace(content, '''', '''''') || '''';

comment on macro quoted_text is 'Text as a quoted SQL string.';
