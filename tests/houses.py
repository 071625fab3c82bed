"""Nights spent in houses, and what a published house holds."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import duckdb

from flows.house.house import House
from flows.house.manifest import digest
from flows.night import Order, Plan, Summary, night, plainly
from flows.warehouse.warehouse import literal, open_published

ROOT = Path(__file__).parents[1]
SAMPLE, STUDIES = ROOT / "sample" / "logs", ROOT / "models" / "studies"
NOW = datetime(2023, 10, 20, 2, 30, tzinfo=UTC)  # later than every stamp of the sample

# Keys count up in the order in which folders come.
KEYS = {"night_id", "first_night_id", "file_id", "container_key", "folder_id", "tag_id"}
# What a house remembers of its nights, and what changes with them.
MEMORIES = {"nights", "verdicts", "conclusions", "statements", "tags"}
CONTENTS: dict[tuple[str, bool], dict[str, list[str]]] = {}  # of warehouses that were read, by their SHA-256


def without_pages(stage: Callable[..., Any], *arguments: Any) -> Any:
    """Carry out a stage of a night, but for the pages, which take longer than all the rest."""
    if stage.__name__ != "render_pages":
        return plainly(stage, *arguments)
    plan: Plan = arguments[0]
    (plan.house.staging / "site").mkdir()
    return []


def spend(order: Order, now: datetime = NOW) -> Summary:
    """A night without pages."""
    return night(order, now, without_pages)


def ask(order: Order, query: str) -> list[tuple[Any, ...]]:
    """The rows of a query on the published warehouse."""
    asker = connection()
    asker.execute(f"attach {literal(str(House.at(order.house).warehouse.resolve()))} as asked (read_only)")
    try:
        return asker.execute("use asked").execute(query).fetchall()
    finally:
        asker.execute("use memory").execute("detach asked")


@cache
def connection() -> duckdb.DuckDBPyConnection:
    """One DuckDB for all that is asked: to start one takes longer than most questions."""
    return duckdb.connect(config={"threads": 1}).execute("set timezone = 'UTC'")


def contents(order: Order, is_whole: bool = False) -> dict[str, list[str]]:
    """The rows of every relation as text, sorted: all of them, or those that two houses should share."""
    path = House.at(order.house).warehouse
    of_these = digest(path), is_whole  # bytes that are the same hold the same
    if of_these not in CONTENTS:
        CONTENTS[of_these] = read_contents(path, is_whole)
    return dict(CONTENTS[of_these])


def read_contents(path: Path, is_whole: bool) -> dict[str, list[str]]:
    found = {}
    with open_published(path) as warehouse:
        for name, *_ in warehouse.rows("ad_hoc/relations"):
            if is_whole or name not in MEMORIES:
                relation = warehouse.relation(name)
                columns = [each for each in relation.column_names if is_whole or each not in KEYS]
                rows = zip(*(relation[each].to_pylist() for each in columns), strict=True)
                found[name] = sorted(map(repr, rows))
    return found


def verdicts(order: Order) -> dict[str, str]:
    """Folder -> accepted, unfinished or quarantined."""
    return dict(ask(order, "select folder, verdict from runs order by folder"))


def reason(order: Order, folder: str) -> str:
    """Why a folder is quarantined or waiting."""
    ((found,),) = ask(
        order,
        f"""
        select coalesce(runs.reason, min(findings.reason))
        from runs
        left join findings on findings.folder = runs.folder and findings.outcome = 'waiting'
        where runs.folder = '{folder}'
        group by runs.reason
        """,  # noqa: S608
    )
    return str(found)
