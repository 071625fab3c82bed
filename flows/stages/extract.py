"""The stage that reads what is new or changed into Parquet shards."""

import shutil
from typing import TYPE_CHECKING

from flows.stages.plan import Plan
from flows.warehouse.warehouse import open_published

if TYPE_CHECKING:
    from flows.reading.batches import Shards


def extract_folders(plan: Plan) -> tuple[Plan, list["Shards"]]:
    """Read what is new or changed into shards; gives the plan without the folders that are held back.

    Where some are, the others are read once more: what was judged is what is loaded.
    """
    from flows.reading.batches import batches
    from flows.reading.extract import extract
    from flows.reading.held_back import accepted_files, held_back
    from flows.reading.read_on import known_before

    first_file_id, before, accepted = 1, {}, {}
    if not plan.is_fresh:
        with open_published(plan.house.before) as warehouse:
            first_file_id = warehouse.record("night/next_keys")["file_id"]
            unasked = [plan.folder_ids[folder] for folder in plan.unasked()]
            before, accepted = known_before(warehouse, unasked), accepted_files(warehouse, unasked)
    logs, staging = plan.order.logs, plan.house.staging / "shards"
    while True:
        folders = sorted(
            ((plan.folder_ids[folder.folder], folder) for folder in (*plan.news.new, *plan.news.changed)),
            key=lambda each: each[0],
        )
        work = batches(folders, first_file_id, before)
        shards = extract(logs, plan.studies, work, staging, plan.started_at)
        held = held_back(logs, folders, accepted, shards)
        if not held:
            return plan, shards
        plan = plan.hold_back(held)
        shutil.rmtree(staging)
