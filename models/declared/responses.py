"""Responses: what is measured on each container."""

import re
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictFloat, field_validator, model_validator

Text = Annotated[str, Field(min_length=1)]
Stamp = Literal["create", "start", "stop"]


class Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Response(Strict):
    """A metric reduced to one value a container, or the seconds between two of its stamps."""

    metric: Text | None = None
    reduce: Literal["last", "first", "max", "min", "mean"] = "last"
    between: tuple[Stamp, Stamp] | None = None
    unit: str = ""
    goal: Literal["maximize", "minimize"] | None = None
    range: tuple[StrictFloat, StrictFloat] | None = None
    scale: Literal["identity", "log"] | None = None
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
    def _is_one_measure(self) -> "Response":
        if (self.metric is None) == (self.between is None):
            both = "neither metric nor between" if self.metric is None else "metric and between"
            raise ValueError(f"found {both}, expected one of the two. Say where the values come from.")
        if self.between and "reduce" in self.model_fields_set:
            raise ValueError("found reduce beside between, expected it beside metric only. Remove reduce.")
        order = ("create", "start", "stop")
        if self.between and order.index(self.between[0]) >= order.index(self.between[1]):
            raise ValueError(
                f"found between = {list(self.between)}, expected the earlier stamp first. Swap them."
            )
        if self.range and not self.range[0] < self.range[1]:
            raise ValueError(
                f"found range = {list(self.range)}, expected the lower bound first. Swap the two."
            )
        return self
