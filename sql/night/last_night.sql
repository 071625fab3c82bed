-- The night that was written last.
-- grain: one row
-- reads: nights
select *
from nights
qualify night_id = max(night_id) over ();
