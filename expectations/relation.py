"""What the modules of the relations share: their shape, and how a rule and a finding are written."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple, Protocol
from zoneinfo import ZoneInfo

import polars as pl

from expectations.promises import PROMISES
from models.declared.study import Study

Frames = Mapping[str, pl.DataFrame]
Row = Mapping[str, Any]
Rule = dict[str, Any]  # an expectation as Great Expectations reads it from a suite


class CheckError(RuntimeError):
    """A promise could not be checked: the fault is in a query or a rule, and says nothing about the data."""


class Found(NamedTuple):
    """The three things a sentence needs beside the remedy, which is the promise's where it has none of its own."""

    where: str
    found: str
    expected: str
    remedy: str | None = None


class Relation(Protocol):
    """A module of this room: the columns it wants, its rows, its suite and its words."""

    # As properties, so that a module's constants fit.
    @property
    def SCHEMA(self) -> pl.Schema: ...  # noqa: N802

    @property
    def NEVER_NULL(self) -> tuple[str, ...]: ...  # noqa: N802

    def prepare(self, study: Study, frames: Frames) -> pl.DataFrame:
        """The rows to check, with the columns that the rules compare."""

    def suite(self, study: Study) -> list[Rule]:
        """The rules that this study's declarations ask for."""

    def describe(self, study: Study, code: str, row: Row) -> Found:
        """What is wrong with a row that breaks a promise."""


def rule(code: str, expectation: str, **arguments: object) -> Rule:
    promise = PROMISES[code]
    meta = {"code": code, "severity": promise.severity, "sentence": promise.sentence}
    severity = {"stop": "critical", "warn": "warning"}[promise.severity]
    return {"type": expectation, "kwargs": arguments, "severity": severity, "meta": meta}


def finished(frame: pl.DataFrame, runs: pl.DataFrame) -> pl.DataFrame:
    """The rows of folders that nothing is awaited from: an unfinished one is tried again, not judged."""
    return frame.join(runs.filter(pl.col("state") == "unfinished"), on="folder", how="anti")


def stamp(at: datetime, study: Study) -> str:
    """A moment as the logs of the study write it."""
    return f"{at.astimezone(ZoneInfo(study.timezone)):%m-%d-%Y %H:%M:%S}"


def container(row: Row) -> str:
    return f"{row['folder']}, container {row['container_id']}"
