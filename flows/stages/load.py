"""The stage that loads the shards into a private copy of the warehouse, in one transaction."""

import os
import shutil
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from flows.house.house import House
from flows.house.manifest import read_manifest, verify_database
from flows.stages.plan import Plan
from flows.warehouse.warehouse import Warehouse, open_tables, views_digest
from models.declared.study import Study

if TYPE_CHECKING:
    from flows.reading.batches import Shards


def load_facts(plan: Plan, shards: Sequence["Shards"]) -> None:
    """Load the shards into a private copy of the warehouse, in one transaction."""
    from flows.reading.held_back import note_held

    if not plan.is_fresh:
        verify_database(plan.house.root / plan.house.current.readlink())
        shutil.copyfile(plan.house.before, plan.staged)
    is_new = not plan.staged.exists()
    are_ours = not is_new and has_our_views(plan.house)
    with open_tables(plan.staged) as warehouse, warehouse.transaction():
        warehouse.keep_little()
        if is_new:
            warehouse.make_tables()
        load_studies_into(warehouse, plan.studies, plan.resting)
        files, reasons = [each.file for each in plan.refused], [each.reason for each in plan.refused]
        warehouse.run("load/refused", files=files, reasons=reasons, night_id=plan.night_id)
        renamed = {"before": list(plan.moved.renamed.values()), "now": list(plan.moved.renamed)}
        warehouse.run("load/renamed", **renamed)
        forgotten = [plan.folder_ids[folder] for folder in plan.news.forgotten]
        forgotten += [row[0] for row in warehouse.rows("night/rows_of_tables", table_ids=forgotten)]
        forgotten += plan.rows_forgotten
        again = [plan.folder_ids[folder.folder] for folder in plan.news.changed]
        read = [str(each.files) for each in shards]
        kept = [row[0] for row in warehouse.rows("load/kept", files=read)] if shards else []
        highest = warehouse.record("night/next_keys")["container_offset"]
        warehouse.run("load/forget_rows", folder_ids=[*plan.rows_again, *plan.rows_forgotten])
        warehouse.run("load/forget_facts", folder_ids=[*again, *forgotten], kept=kept)
        warehouse.run("load/forget_folders", folder_ids=forgotten)
        if shards:
            paths = {
                name: [path for each in shards for path in each.paths(name)] for name in shards[0]._fields
            }
            warehouse.run("load/tags", tags=paths["tags"])
            warehouse.run("load/facts", container_offset=highest, night_id=plan.night_id, **paths)
            warehouse.run(
                "load/folders",
                night_id=plan.night_id,
                folders=paths["folders"],
                findings=paths["findings"],
            )
        note_held(warehouse, plan.held, [*again, *forgotten], plan.tables(), plan.night_id)
        gone = list(plan.news.gone)
        standing = [folder for folder in gone if os.path.lexists(plan.order.logs / folder)]
        warehouse.run("load/gone", folders=gone, standing=standing, night_id=plan.night_id)
        unclaimed, unreadable = list(plan.news.unclaimed), list(plan.news.unreadable)
        warehouse.run("load/unclaimed", folders=unclaimed, unreadable=unreadable, night_id=plan.night_id)
        copies = plan.moved.copies
        warehouse.run(
            "load/moved",
            **renamed,
            copies=list(copies),
            originals=list(copies.values()),
            studies=[claims(plan.studies, folder) for folder in copies],
            night_id=plan.night_id,
        )
        warehouse.apply_views(are_ours)


def has_our_views(house: House) -> bool:
    """Whether the views of the warehouse that a night goes on from are those of `sql/`."""
    current = house.current_version()
    if current is None or house.before != house.warehouse:
        return False
    return bool(read_manifest(current).get("views") == views_digest())


def claims(studies: Sequence[Study], folder: str) -> str | None:
    """The study that claims a folder."""
    return next((study.name for study in studies if study.claim(folder)), None)


def load_studies_into(warehouse: Warehouse, studies: Sequence[Study], resting: Collection[str] = ()) -> None:
    """The declarations as rows; of `resting` studies the row of `studies` stays."""
    from flows.warehouse.declarations import response_rows, study_rows, treatment_rows

    warehouse.run("load/forget_study_files", resting=list(resting))
    if read := [study for study in studies if study.name not in resting]:
        warehouse.append("studies", study_rows(read))
    warehouse.append("treatments", treatment_rows(studies))
    warehouse.append("responses", response_rows(studies))
