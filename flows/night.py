"""One night in six stages, each visited once: discover, extract, load, check, analyse, publish."""

import platform
import shutil
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from flows.house.house import (
    DATABASE,
    House,
    HouseError,
    hold,
    note_success,
    publish,
    read_manifest,
    recover,
    verify,
    writing,
)
from flows.reading.discover import Known, News, discover
from flows.reading.known import read_known
from flows.warehouse.warehouse import Warehouse, open_published, open_warehouse, relations, schema_digest
from models.declared.study import Study, StudyError, load_studies

if TYPE_CHECKING:
    import polars as pl

    from flows.reading.batches import Shards
    from flows.reading.held_back import HeldBack

T = TypeVar("T")
# How a stage is carried out: plainly, or as a Prefect task.
Call = Callable[..., Any]


class StageError(RuntimeError):
    """A stage of the night failed for a reason nobody foresaw; the cause is chained."""


class Order(NamedTuple):
    """What a night is asked to do; its paths may be relative to the working directory."""

    logs: Path
    studies: Path
    house: Path
    again: tuple[str, ...] = ()
    everything: bool = False
    forget: tuple[str, ...] = ()  # gone folders to remove for good


class Plan(NamedTuple):
    """What a night found to do."""

    order: Order
    house: House
    studies: tuple[Study, ...]
    news: News
    folder_ids: dict[str, int]
    night_id: int
    started_at: datetime
    is_fresh: bool  # begins with an empty warehouse
    held: "tuple[HeldBack, ...]" = ()  # changed folders whose facts stay

    @property
    def staged(self) -> Path:
        return self.house.staging / DATABASE

    def unasked(self) -> list[str]:
        """The changed folders that nobody named: who names one takes what is there now."""
        named = set(self.folder_ids if self.order.everything else self.order.again)
        return [folder.folder for folder in self.news.changed if folder.folder not in named]

    def affected(self) -> list[Study]:
        """The studies whose conclusions may change tonight."""
        touched = {folder.study for folder in (*self.news.new, *self.news.changed)}
        touched |= set(self.news.changed_studies) | set(self.news.gone_studies)
        touched |= {each.study for each in self.held}
        return [study for study in self.studies if study.name in touched]

    def hold_back(self, held: "Sequence[HeldBack]") -> "Plan":
        """The same, but for these folders, which count as unchanged."""
        ids = {each.folder_id for each in held}
        changed = tuple(each for each in self.news.changed if self.folder_ids[each.folder] not in ids)
        return self._replace(news=self.news._replace(changed=changed), held=(*self.held, *held))


class Summary(NamedTuple):
    """What a night did, for people: counts as in the table `nights`, and the verdict on every effect."""

    night: dict[str, Any]
    effects: list[dict[str, Any]]
    breaches: list[dict[str, Any]]
    quarantine: list[dict[str, Any]]
    verdicts: list[dict[str, Any]]
    changes: list[str]
    version: Path | None  # None: nothing new, nothing published
    house: House
    still_held: tuple[str, ...] = ()  # folders held back by earlier nights, where nothing is new


def plainly(stage: Callable[..., T], *arguments: Any) -> T:
    return stage(*arguments)


def night(
    order: Order, now: datetime, call: Call = plainly, say: Callable[[str], None] = lambda _: None
) -> Summary:
    """Bring the house up to date with the log folders.

    Raises HouseHeldError, HouseError (told to people as it is) and StageError (a stage failed); whatever is
    raised, the published version stays as it was.
    """
    house = House.at(order.house)
    with hold(house):
        recover(house)

        def carry_out(stage: Callable[..., T], *arguments: Any) -> T:
            try:
                result: T = call(stage, *arguments)
            except HouseError:
                raise
            except StudyError as error:
                raise HouseError(str(error)) from error
            except Exception as error:
                raise StageError(
                    f"the stage {stage.__name__} failed, nothing was published: {error}"
                ) from error
            return result

        plan = carry_out(discover_folders, order, now)
        if plan.news.is_same:
            return nothing_new(plan)
        say(
            f"{plan.news.seen} folders seen, {len(plan.news.new)} new, {len(plan.news.changed)} to load again"
        )
        plan, shards = carry_out(extract_folders, plan)
        if plan.held:
            say(f"{len(plan.held)} held back")
        say(f"loading {len(shards)} batches" if len(shards) > 1 else "loading")
        carry_out(load_facts, plan, shards)
        say("checking the promises")
        carry_out(check_promises, plan)
        say("fitting the models")
        carry_out(analyse_studies, plan)
        say("auditing the warehouse and writing the pages")
        carry_out(close_night, plan, shards)
        carry_out(render_pages, plan)
        return carry_out(publish_version, plan)


def is_anything_new(order: Order, now: datetime) -> Summary | None:
    """The summary of a night that would have nothing to do, or None; imports and starts nothing heavy."""
    house = House.at(order.house)
    with hold(house):
        if house.current_version() is None:
            return None
        try:
            plan = discover_folders(order, now)
        except StudyError as error:
            raise HouseError(str(error)) from error
        if not plan.news.is_same:
            return None
        with writing(house):
            note_success(house)
        return nothing_new(plan)


def discover_folders(order: Order, now: datetime) -> Plan:
    """What differs from the published warehouse."""
    house = House.at(order.house)
    # The only place where paths are made absolute: whatever follows, other processes too, may work from elsewhere.
    order = order._replace(logs=order.logs.absolute(), studies=order.studies.absolute(), house=house.root)
    studies = load_studies(order.studies, relations())
    current = house.current_version()
    is_fresh = current is None or is_of_another_make(current, order)
    known, ids, night_id = (Known.nothing(), {}, 1) if is_fresh else read_known(house)
    news = discover(order.logs, studies, known, now, order.again, order.everything, order.forget)
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


def nothing_new(plan: Plan) -> Summary:
    counts: dict[str, Any] = {"folders_seen": plan.news.seen, "folders_new": 0, "folders_changed": 0}
    return Summary(counts, [], [], [], [], [], None, plan.house, plan.news.held)


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
        with open_published(plan.house.warehouse) as warehouse:
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


def load_facts(plan: Plan, shards: Sequence["Shards"]) -> None:
    """Load the shards into a private copy of the warehouse, in one transaction."""
    from flows.reading.held_back import note_held

    if not plan.is_fresh:
        verify(plan.house.root / plan.house.current.readlink())
        shutil.copyfile(plan.house.warehouse, plan.staged)
    with open_warehouse(plan.staged) as warehouse, warehouse.transaction():
        load_studies_into(warehouse, plan.studies)
        forgotten = [plan.folder_ids[folder] for folder in plan.news.forgotten]
        again = [plan.folder_ids[folder.folder] for folder in plan.news.changed]
        files = [str(each.files) for each in shards]
        kept = [row[0] for row in warehouse.rows("load/kept", files=files)] if shards else []
        highest = warehouse.record("night/next_keys")["container_offset"]
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
        note_held(warehouse, plan.held, [*again, *forgotten], plan.night_id)
        warehouse.run("load/gone", folders=list(plan.news.gone), night_id=plan.night_id)
        unclaimed, unreadable = list(plan.news.unclaimed), list(plan.news.unreadable)
        warehouse.run("load/unclaimed", folders=unclaimed, unreadable=unreadable, night_id=plan.night_id)
        warehouse.apply_views()


def load_studies_into(warehouse: Warehouse, studies: Sequence[Study]) -> None:
    from flows.warehouse.declarations import response_rows, study_rows, treatment_rows

    warehouse.run("load/forget_study_files")
    warehouse.append("studies", study_rows(studies))
    warehouse.append("treatments", treatment_rows(studies))
    warehouse.append("responses", response_rows(studies))


def check_promises(plan: Plan) -> None:
    """Hold the private copy against the promises of the studies that are affected; verdicts become rows."""
    from expectations.check import check_all

    names = ("runs", "design_runs", "containers", "observations", "step_counts", "levels_seen")
    with open_warehouse(plan.staged) as warehouse:
        data = [
            (study, {name: warehouse.frame(f"check/{name}", study=study.name) for name in names})
            for study in plan.affected()
        ]
        with warehouse.transaction():
            for (study, _), checked in zip(data, check_all(data), strict=True):
                warehouse.forget_rows("breaches", study.name)
                for table, frame in (("verdicts", checked.verdicts), ("breaches", checked.breaches)):
                    warehouse.append(table, stamped(frame, plan.night_id))


def analyse_studies(plan: Plan) -> None:
    """Fit the models of the studies that are affected; the results replace those of the night before."""
    import polars as pl

    from models.analysis import analyse
    from models.words.conclusions import changes

    arrived = [folder.folder for folder in (*plan.news.new, *plan.news.changed)]
    with open_warehouse(plan.staged) as warehouse:
        for study in plan.affected():
            before = warehouse.frame("models/last_conclusions", study=study.name)
            results = analyse(
                study, with_levels(warehouse.frame("models/observations", study=study.name), study)
            )
            if not before.is_empty():
                told = changes(before, results["conclusions"], arrived)
                results["statements"] = pl.concat([results["statements"], told], how="diagonal")
            with warehouse.transaction():
                for table, frame in results.items():
                    if table != "conclusions":  # the memory of every night
                        warehouse.forget_rows(table, study.name)
                    warehouse.append(table, stamped(frame, plan.night_id))


def close_night(plan: Plan, shards: Sequence["Shards"]) -> None:
    """Audit the private copy and write down the night. Raises PromiseBrokenError."""
    import polars as pl

    from flows.stages.audit import audit

    published = None if plan.is_fresh else plan.house.warehouse
    with open_warehouse(plan.staged) as warehouse:
        reloaded = [folder.folder for folder in (*plan.news.new, *plan.news.changed)]
        touched = [plan.folder_ids[folder] for folder in (*reloaded, *plan.news.forgotten)]
        audit(warehouse, published, touched, shards, plan.night_id)
        row = {
            "night_id": plan.night_id,
            "started_at": plan.started_at.replace(tzinfo=None),
            "finished_at": datetime.now(UTC).replace(tzinfo=None),
            "folders_seen": plan.news.seen,
            "folders_new": len(plan.news.new),
            "folders_changed": len(plan.news.changed),
            **warehouse.record("night/run_counts"),
            **warehouse.record("night/promise_counts"),
            "doehouse_version": version("doehouse"),
        }
        warehouse.append("nights", pl.DataFrame([row]))


def render_pages(plan: Plan) -> list[str]:
    """Write the site beside the private copy; gives the pages that were rendered."""
    from flows.stages.pages import render_site

    before = None if plan.is_fresh else plan.house.site.resolve()
    names = [study.name for study in plan.affected()]
    with open_published(plan.staged) as warehouse:
        site = plan.house.staging / "site"
        return render_site(warehouse, site, before, plan.studies, names, plan.order.everything)


def publish_version(plan: Plan) -> Summary:
    """Seal the private copy and make it the current version."""
    from flows.stages.audit import scan

    rows = scan(plan.staged)
    with open_published(plan.staged) as warehouse:
        summary = summarise_night(plan, warehouse)
    manifest = {
        "night_id": plan.night_id,
        "published_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "rows": rows,
        "schema": schema_digest(),
        "versions": {
            "doehouse": version("doehouse"),
            "duckdb": version("duckdb"),
            "python": platform.python_version(),
        },
    }
    return summary._replace(version=publish(plan.house, manifest))


def summarise_night(plan: Plan, warehouse: Warehouse) -> Summary:
    return Summary(
        night=warehouse.frame("night/last_night").to_dicts()[0],
        effects=warehouse.frame("models/effect_verdicts").to_dicts(),
        breaches=warehouse.frame("night/breaches").to_dicts(),
        quarantine=warehouse.frame("night/notices").to_dicts(),
        verdicts=warehouse.frame("night/verdicts", night_id=plan.night_id).to_dicts(),
        changes=[row[0] for row in warehouse.rows("night/changes", night_id=plan.night_id)],
        version=None,
        house=plan.house,
    )


def with_levels(observations: "pl.DataFrame", study: Study) -> "pl.DataFrame":
    """Observations with a column per factor, joined by run."""
    import polars as pl

    levels = pl.DataFrame(
        [{"run": treatment.run, **treatment.levels} for treatment in study.treatments],
        schema={"run": pl.Int32, **dict.fromkeys(study.factors, pl.String)},
    )
    return observations.join(levels, on="run", how="left", maintain_order="left")


def stamped(frame: "pl.DataFrame", night_id: int) -> "pl.DataFrame":
    import polars as pl

    return frame.with_columns(night_id=pl.lit(night_id, dtype=pl.Int32))
