"""The stage that reads what is new or changed into Parquet shards."""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flows.log_root.bucket import on_disk
from flows.stages.plan import Plan
from flows.warehouse.warehouse import open_published

if TYPE_CHECKING:
    from flows.discovery.log_folders import LogFolder
    from flows.reading.batches import Shards
    from flows.reading.held_back import HeldBack


def extract_folders(plan: Plan) -> tuple[Plan, list["Shards"]]:
    """Read what is new or changed into shards; gives the plan without the folders that are held back.

    Where some are, the others are read once more: what was judged is what is loaded.
    """
    from flows.reading.batches import batches
    from flows.reading.extract import extract
    from flows.reading.held_back import accepted_files, held_back
    from flows.reading.read_on import known_before

    before, accepted = {}, {}
    if unasked := [plan.folder_ids[folder] for folder in plan.unasked()]:
        with open_published(plan.house.before) as warehouse:
            before, accepted = known_before(warehouse, unasked), accepted_files(warehouse, unasked)
    logs, staging = plan.order.logs, plan.house.staging / "shards"
    while True:
        every = sorted(
            ((plan.folder_ids[folder.folder], folder) for folder in (*plan.news.new, *plan.news.changed)),
            key=lambda each: each[0],
        )
        folders = [each for each in every if not each[1].is_table]
        work = batches(folders, plan.next_file, before)
        shards = extract(logs, plan.studies, work, staging, plan.started_at, plan.order.cluster)
        held = [
            *held_back(logs, folders, accepted, shards, staging),
            *claimed_otherwise(plan, folders, accepted),
        ]
        if not held:
            next_file = plan.next_file + sum(len(folder.files) for _, folder in folders)
            plan, of_tables = extract_tables(plan, staging, next_file)
            return plan, [*shards, *of_tables]
        plan = plan.hold_back(held)
        shutil.rmtree(staging)


def claimed_otherwise(
    plan: Plan, folders: "Sequence[tuple[int, LogFolder]]", accepted: Mapping[int, object]
) -> "Iterator[HeldBack]":
    """Accepted folders of which a table beside the runs now tells another run, replicate or stamp."""
    from flows.reading.held_back import HeldBack, Objection

    for folder_id, folder in folders:
        if not folder.told or folder_id not in accepted:
            continue
        before, now = plan.claims.get(folder.folder), (folder.claim.run, folder.claim.replicate)
        stamps_before = plan.told_stamps.get(folder.folder, frozenset())
        if before not in (None, now):
            found, expected = (f"run {run}, replicate {replicate}" for run, replicate in (now, before))
        elif gone := sorted(stamps_before - folder.told_stamps):
            container, event, text = gone[0]
            found = next(
                (repr(each.text) for each in folder.stamps if each[:2] == (container, event)), "nothing"
            )
            found, expected = f"{found} as the {event} of {container}", repr(text)
        else:
            continue
        place = folder.told[0].source.rpartition(":")[0]
        sentence = (
            f"{place}: found {found} of {folder.folder}, expected {expected}, as its row said before. What was read stays; "
            f"restore the row, or take what it says now with `doehouse night --accept {folder.folder}`."
        )
        yield HeldBack(folder_id, folder.study, folder, (Objection(place, sentence, True),))


def extract_tables(plan: Plan, staging: Path, next_file: int) -> "tuple[Plan, list[Shards]]":
    """Read the result tables that are new or changed, one after another: each is a batch of its own."""
    tables = [folder for folder in (*plan.news.new, *plan.news.changed) if folder.is_table]
    if not tables:
        return plan, []
    from flows.reading.held_back import HeldBack, Objection
    from flows.reading.known_rows import known_rows
    from flows.reading.tables import Table, read_table

    studies = {study.name: study for study in plan.studies}
    unasked = set(plan.unasked())
    changed = {folder.folder for folder in plan.news.changed}
    shards, next_folder = [], plan.next_folder
    opened: Any = nullcontext(None) if plan.is_fresh else open_published(plan.house.before)
    with opened as warehouse:
        ids = [plan.folder_ids[folder.folder] for folder in tables]
        files = dict(warehouse.rows("night/table_files", folder_ids=ids)) if warehouse else {}
        for place, folder in enumerate(tables):
            study, table_id = studies[folder.study], plan.folder_ids[folder.folder]
            table = Table(
                table_id,
                files.get(table_id, next_file + 2 * place),
                next_file + 2 * place + 1,
                folder,
                is_accepted=folder.folder in changed and folder.folder not in unasked,
                is_read_otherwise=folder.study in plan.news.changed_studies,
            )
            known = known_rows(warehouse, table_id, study)
            with on_disk(plan.order.logs, folder.files, staging) as logs:
                read = read_table(logs, study, table, known, next_folder, staging / f"table{place:05d}")
            next_folder += read.new
            shards.append(read.shards)
            held = tuple(
                HeldBack(each.folder_id, study.name, folder._replace(folder=each.row, files=()),
                         (Objection(each.row, each.sentence, True),))
                for each in read.objections
            )  # fmt: skip
            plan = plan._replace(
                held=(*plan.held, *held),
                rows_again=(*plan.rows_again, *read.replaced),
                rows_forgotten=(*plan.rows_forgotten, *read.forgotten),
            )
    return plan, shards
