"""The stage that plans a night: what differs from the published warehouse."""

from datetime import datetime
from importlib.metadata import version
from pathlib import Path

from flows.discovery.discover import Known, discover, without_collection
from flows.discovery.freshness import turned
from flows.discovery.known import Keys, read_known
from flows.discovery.moved import find_moved, without_moved
from flows.discovery.resting import left_out, resting_studies
from flows.house.house import House
from flows.house.manifest import read_manifest
from flows.log_root.bucket import in_full
from flows.stages.plan import Order, Plan
from flows.stages.study_edits import study_edits
from flows.stages.vanished import refuse_vanishing
from flows.warehouse.warehouse import relations
from models.declared.study import load_studies


@without_collection()
def discover_folders(order: Order, now: datetime) -> Plan:
    """What differs from the published warehouse."""
    house = House.at(order.house)
    # The only place where paths are made absolute: whatever follows, other processes too, may work from elsewhere.
    order = order._replace(logs=in_full(order.logs), studies=order.studies.absolute(), house=house.root)
    declared = load_studies(order.studies, relations())
    current = house.current_version()
    is_fresh = current is None
    known, keys = (Known.nothing(), Keys({}, 1, 1, 1)) if is_fresh else read_known(house)
    resting = resting_studies(declared, known.studies)
    studies, at_rest = [*declared.studies, *resting], tuple(study.name for study in resting)
    refused = left_out(declared)
    again = (*order.again, *order.accept)
    news = discover(order.logs, studies, known, now, again, order.everything, order.forget, at_rest)
    moved = find_moved(house, order.logs, known, news)
    news = without_moved(news, known, moved)
    if {each.reason for each in refused} != known.refused:
        news = news._replace(is_same=False)
    old = tuple(turned(studies, known, news, now))
    news = news._replace(turned=old, is_same=news.is_same and not old)
    refuse_vanishing(order, known, news.gone, studies)
    new = {folder.folder: keys.next_folder + place for place, folder in enumerate(news.new)}
    ids = {**keys.folders, **new}
    for name, before in moved.renamed.items():
        ids[name] = ids.pop(before)
    return Plan(
        order,
        house,
        tuple(studies),
        news,
        ids,
        keys.night,
        now,
        is_fresh,
        is_anew=current is None or made_by(current) != version("doehouse"),
        moved=moved,
        next_folder=keys.next_folder + len(news.new),
        next_file=keys.next_file,
        claims=known.claims,
        told_stamps=known.stamps,
        resting=at_rest,
        refused=refused,
        edited=study_edits(studies, known.studies),
    )


def made_by(current: Path) -> str | None:
    """The version of doehouse that published a version with all its pages; None where an import did, which has none."""
    manifest = read_manifest(current)
    found: str | None = manifest.get("versions", {}).get("doehouse")
    return None if "imported_from" in manifest else found
