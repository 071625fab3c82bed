-- What the night concludes about a study, sentence by sentence.
-- grain: study, response, topic, position
-- reads: statements, responses
select
    statements.study,
    statements.response,
    statements.topic,
    statements.kind,
    statements.sentence,
from statements
left join responses on responses.study = statements.study and responses.response = statements.response
where statements.study in $studies
order by statements.study, responses.response_position nulls first, statements.topic, statements.position
