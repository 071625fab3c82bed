-- The studies as they were when they were loaded.
-- grain: study
-- reads: studies
select study, digest, definition
from studies;
