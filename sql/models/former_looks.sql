-- What was planned and looked at of $studies on each night that concluded something of them.
-- grain: study, night_id, response
-- reads: conclusions
select study, night_id, response, looks, replicates, bool_or(is_firm) as is_firm
from conclusions
where study in $studies and looks is not null
group by study, night_id, response, looks, replicates
order by study, night_id, response;
