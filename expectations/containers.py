"""What must hold of every container and its stamps: one row a container."""

import math

import polars as pl

from expectations.relation import Found, Frames, Row, Rule, container, finished, rule, stamp
from models.declared.study import Study

MOMENT = pl.Datetime("us", "UTC")
STAMP_COLUMNS = {"create": "created_at", "start": "started_at", "stop": "stopped_at"}
SCHEMA = pl.Schema(
    {
        "folder": pl.String(),
        "container_id": pl.String(),
        "created_at": MOMENT,
        "started_at": MOMENT,
        "stopped_at": MOMENT,
        "start_path": pl.String(),
        "start_line": pl.Int64(),
        "stop_path": pl.String(),
        "stop_line": pl.Int64(),
        "duration_seconds": pl.Float64(),
        "folders_with_id": pl.Int64(),
        "event_files": pl.Int64(),
    }
)
NEVER_NULL = ("folder", "container_id", "folders_with_id", "event_files")


def prepare(study: Study, frames: Frames) -> pl.DataFrame:
    holders = pl.col("folder").unique().sort().over("container_id", mapping_strategy="join")
    return finished(frames["containers"].with_columns(holders.alias("folders")), frames["runs"])


def suite(study: Study) -> list[Rule]:
    rules = [
        rule("CON-1", "expect_column_values_to_not_be_null", column=STAMP_COLUMNS[stamp])
        for stamp in study.stamps_asked_for
    ]
    rules += duration_rules() if has_durations(study) else []
    # Where a pattern tells them, ids need be told apart within a folder only.
    if study.source is None:
        one = {"min_value": 1, "max_value": 1}
        rules.append(rule("CON-5", "expect_column_values_to_be_between", column="folders_with_id", **one))
    if limit := study.promises.longest_seconds:
        rules.append(
            rule("CON-4", "expect_column_values_to_be_between", column="duration_seconds", max_value=limit)
        )
    return rules


def has_durations(study: Study) -> bool:
    """Whether anything tells when containers start and stop; nothing is promised of what nobody logs."""
    told = {*study.stamps_asked_for, *(study.source.columns if study.source else ())}
    return {"start", "stop"} <= told


def duration_rules() -> list[Rule]:
    return [
        rule(
            "CON-2",
            "expect_column_pair_values_a_to_be_greater_than_b",
            column_A="stopped_at",
            column_B="started_at",
            or_equal=True,
            ignore_row_if="either_value_is_missing",
        ),
        # Infinity is what NaN was; less than zero is CON-2's.
        rule(
            "CON-3",
            "expect_column_values_to_not_be_in_set",
            column="duration_seconds",
            value_set=[0.0, math.inf],
        ),
    ]


def log_line(row: Row, event: str) -> str:
    """Where a stamp stands, such as exp_14/stop.log:3."""
    path, line = row[f"{event}_path"], row[f"{event}_line"]
    return f"{path or row['folder'] + f'/{event}.log'}{'' if line is None else f':{line}'}"


def describe(study: Study, code: str, row: Row) -> Found:
    if code == "CON-1":
        missing = [event for event in study.stamps_asked_for if row[STAMP_COLUMNS[event]] is None]
        if study.source and (
            places := [study.source.columns[each] for each in missing if each in study.source.columns]
        ):
            found = f"no time in {' and '.join(map(repr, places))}"
            remedy = "Write when it was, or leave such runs out by `where` in the study file."
            return Found(container(row), found, f"its {' and '.join(missing)}", remedy)
        logs = " and ".join(log_line(row, event) for event in missing)
        found = f"no {' and no '.join(missing)} stamp of container {row['container_id']}"
        return Found(logs, found, "one line 'MM-DD-YYYY HH:MM:SS <container id>' for each container")
    if code == "CON-2":
        return Found(
            log_line(row, "stop"),
            f"{stamp(row['stopped_at'], study)} as the stop of container {row['container_id']}",
            f"no moment before its start, {stamp(row['started_at'], study)} in {log_line(row, 'start')}",
        )
    if code == "CON-5":
        others = ", ".join(folder for folder in row["folders"] if folder != row["folder"])
        return Found(container(row), f"the same id in {others or 'another folder'}", "an id of its own")
    seconds = f"{row['duration_seconds']:g} s between start and stop"
    where = f"{log_line(row, 'stop')}, container {row['container_id']}"
    expected = "more than 0 s" if code == "CON-3" else f"at most {study.promises.longest_seconds:g} s"
    return Found(where, seconds, expected)
