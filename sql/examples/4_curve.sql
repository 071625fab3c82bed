-- The learning curve of every container: each epoch of a tag.
-- grain: container, step
-- reads: metrics
select run, folder, container_id, step as epoch, value as accuracy
from metrics
where study = 'fltk_2_4_1' and tag = 'accuracy per epoch'
order by run, container_id, step;
