-- The observations of a study, one row per container, as in a notebook.
-- grain: container
-- reads: fltk_2_4_1
select * from fltk_2_4_1;
