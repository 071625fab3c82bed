-- What the night $night_id says has changed.
-- grain: sentence
-- reads: statements
select sentence
from statements
where topic = 'change' and night_id = $night_id
order by study, response, position;
