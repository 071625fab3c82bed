-- What the last night's arrivals changed in the conclusions.
-- grain: study, response, position
-- reads: statements, responses, nights
select
    statements.study,
    statements.response,
    statements.kind,
    statements.sentence,
from statements
left join responses on responses.study = statements.study and responses.response = statements.response
where statements.topic = 'change' and statements.night_id = (select max(night_id) from nights)
order by statements.study, responses.response_position nulls first, statements.position
