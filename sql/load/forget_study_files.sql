-- Remove the declarations, which are read anew every night.
-- grain: statements
-- reads: studies, treatments, responses
delete from studies;

delete from treatments;

delete from responses;
