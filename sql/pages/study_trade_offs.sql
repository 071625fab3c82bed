-- Treatments seen by two responses at once, and which of them no other treatment beats.
-- grain: study, response_x, response_y, run
-- reads: trade_offs, responses
select
    trade_offs.study,
    trade_offs.response_x,
    coalesce(xs.unit, '') as unit_x,
    xs.goal as goal_x,
    trade_offs.response_y,
    coalesce(ys.unit, '') as unit_y,
    ys.goal as goal_y,
    trade_offs.run,
    trade_offs.mean_x,
    trade_offs.low_x,
    trade_offs.high_x,
    trade_offs.mean_y,
    trade_offs.low_y,
    trade_offs.high_y,
    trade_offs.is_dominated,
from trade_offs
inner join responses as xs on xs.study = trade_offs.study and xs.response = trade_offs.response_x
inner join responses as ys on ys.study = trade_offs.study and ys.response = trade_offs.response_y
where trade_offs.study in $studies
order by trade_offs.study, xs.response_position, ys.response_position, trade_offs.run
