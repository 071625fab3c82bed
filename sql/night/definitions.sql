-- The studies of the house, as declared.
-- grain: study
-- reads: studies
select study, definition from studies order by study
