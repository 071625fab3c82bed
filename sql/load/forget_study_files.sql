-- Remove the declarations, which are read anew every night; those of $resting studies stay as they were declared last.
-- grain: statements
-- reads: studies, treatments, responses
delete from studies
where not list_contains(cast($resting as varchar[]), study);

delete from treatments;

delete from responses;
