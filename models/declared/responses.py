"""Responses: what is measured on each container."""

import re
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictFloat, field_validator, model_validator

Text = Annotated[str, Field(min_length=1)]
Stamp = Literal["create", "start", "stop", "first_event", "last_event"]
STAMPS = ("create", "start", "stop")
EVENT_STAMPS = ("first_event", "last_event")


class Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Response(Strict):
    """A metric reduced to one value a container, or the seconds between two of its stamps.

    `metric` is a tag of event files, `column` one of a result table, `key` a path into a JSON file: three words for
    the name of the values; a column with placeholders (`acc_seed{replicate}`) stands for several of a wide table.
    `within` is the path below the container where a tag stands in several (`*` any text).
    """

    metric: Text | None = None
    column: Text | None = None
    key: Text | None = None
    within: str | None = None
    reduce: Literal["last", "first", "max", "min", "mean"] = "last"
    between: tuple[Stamp, Stamp] | None = None
    unit: str = ""
    goal: Literal["maximize", "minimize"] | None = None
    range: tuple[StrictFloat, StrictFloat] | None = None
    scale: Literal["identity", "log"] | None = None
    distribution: Literal["poisson", "binomial", "gamma"] | None = None  # of what is no normal number
    trials: Annotated[int, Field(strict=True, ge=1)] | Text | None = None  # of which failures are counted
    minimum_effect: Annotated[float, Field(strict=True, gt=0)] | Text | None = None  # in its unit, or "5 %"

    @field_validator("unit")
    @classmethod
    def _is_written_behind_numbers(cls, unit: str) -> str:
        return "" if unit.strip() == "1" else unit  # the unit of pure numbers is not printed

    @field_validator("minimum_effect")
    @classmethod
    def _is_a_size(cls, size: float | str | None) -> float | str | None:
        if isinstance(size, str) and not re.fullmatch(r"[0-9]+(\.[0-9]+)? ?%", size):
            raise ValueError(
                f"found {size!r}, expected a number in the unit or a share like '5 %'. Correct it."
            )
        return size

    @property
    def minimum_share(self) -> float | None:
        """The smallest effect that counts as a share of the mean, where it is declared so."""
        return float(self.minimum_effect.rstrip("% ")) / 100 if isinstance(self.minimum_effect, str) else None

    @model_validator(mode="after")
    def _counts_of_something(self) -> "Response":
        if (self.distribution == "binomial") != (self.trials is not None):
            found = (
                "distribution = 'binomial' without trials"
                if self.distribution == "binomial"
                else "trials alone"
            )
            raise ValueError(
                f"found {found}, expected both: failures are counted out of so many trials, a number or the response "
                "that holds it. Say which."
            )
        if self.distribution and self.scale:
            raise ValueError(
                f"found scale beside distribution = {self.distribution!r}, expected one of the two: such values are "
                "compared as ratios. Remove scale."
            )
        return self

    @model_validator(mode="after")
    def _is_one_measure(self) -> "Response":
        told = [name for name in ("metric", "column", "key", "between") if getattr(self, name) is not None]
        if len(told) != 1:
            found = " and ".join(told) or "none of metric, column, key and between"
            raise ValueError(f"found {found}, expected one of the four. Say where the values come from.")
        for name in ("reduce", "within"):
            if self.between and name in self.model_fields_set:
                raise ValueError(
                    f"found {name} beside between, expected it beside metric only. Remove {name}."
                )
        if self.between and _place(self.between[0]) >= _place(self.between[1]):
            raise ValueError(
                f"found between = {list(self.between)}, expected the earlier stamp first. Swap them."
            )
        if self.range and not self.range[0] < self.range[1]:
            raise ValueError(
                f"found range = {list(self.range)}, expected the lower bound first. Swap the two."
            )
        return self

    @property
    def tag(self) -> str | None:
        """The name under which the values stand in the warehouse; None for seconds between stamps."""
        return self.metric or self.column or self.key

    @property
    def heading(self) -> str | None:
        """The pattern of the columns of a wide table that hold the values; None where one column does."""
        name = self.column or self.key or ""
        return name if re.search(r"\{\w[\w -]*\}", name) else None

    @property
    def within_pattern(self) -> str | None:
        """`within` as a regular expression of a whole path; `*` stands for any text."""
        return None if self.within is None else ".*".join(map(re.escape, self.within.split("*")))


def _place(stamp: str) -> float:
    """Stamps in the order of their times: what an event file tells lies between start and stop."""
    return {"create": 0, "start": 1, "first_event": 1.5, "last_event": 1.7, "stop": 2}[stamp]
