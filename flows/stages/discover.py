"""The stage that plans a night: what differs from the published warehouse."""

from datetime import datetime
from pathlib import Path

from flows.house.errors import HouseError
from flows.house.house import House
from flows.house.manifest import read_manifest
from flows.reading.discover import Known, discover
from flows.reading.known import read_known
from flows.stages.plan import Order, Plan
from flows.stages.vanished import refuse_vanishing
from flows.warehouse.warehouse import relations, schema_digest
from models.declared.study import load_studies


def discover_folders(order: Order, now: datetime) -> Plan:
    """What differs from the published warehouse."""
    house = House.at(order.house)
    # The only place where paths are made absolute: whatever follows, other processes too, may work from elsewhere.
    order = order._replace(logs=order.logs.absolute(), studies=order.studies.absolute(), house=house.root)
    studies = load_studies(order.studies, relations())
    current = house.current_version()
    is_fresh = current is None or is_of_another_make(current, order)
    known, ids, night_id = (Known.nothing(), {}, 1) if is_fresh else read_known(house)
    again = (*order.again, *order.accept)
    news = discover(order.logs, studies, known, now, again, order.everything, order.forget)
    refuse_vanishing(order, known, news.gone, studies)
    next_id = max(ids.values(), default=0) + 1
    for place, folder in enumerate(news.new):
        ids[folder.folder] = next_id + place
    return Plan(order, house, tuple(studies), news, ids, night_id, now, is_fresh)


def is_of_another_make(current: Path, order: Order) -> bool:
    """Whether the published tables have another shape than this doehouse's. Raises HouseError unless all is rebuilt."""
    if read_manifest(current).get("schema") == schema_digest():
        return False
    if order.everything:
        return True
    raise HouseError(
        f"{current}: its tables are of another version of doehouse. Run `doehouse night --all` once: it rebuilds "
        "the warehouse from the logs; folders that are gone from there and the history of nights are not kept."
    )
