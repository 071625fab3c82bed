-- What the night concludes about a study, sentence by sentence.
-- grain: response, topic, position
-- reads: statements, responses
select
    statements.response,
    statements.topic,
    statements.kind,
    statements.sentence,
from statements
left join responses on responses.study = statements.study and responses.response = statements.response
where statements.study = $study
order by responses.response_position nulls first, statements.topic, statements.position
