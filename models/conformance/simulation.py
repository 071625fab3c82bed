"""How often the analysis errs where nothing is wrong, and how often it sees what is: data simulated, seeds fixed."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from models.checks.response_analysis import ResponseAnalysis
from models.conformance.looks import DESIGN, shares_of_looks
from models.declared.study import Study
from models.design.design import Design
from models.fits.samples import in_order, samples

SEED = 16
SETS, FEWER = 600, 100  # of each design where nothing is wrong, and where something is
BETWEEN = 1.0  # standard deviation between folders, in that between containers of one folder
NOMINAL = (3.0, 8.0)  # percent: what a test at 5 % may reach
RESPONSE = "y"
FIRST = datetime(2026, 1, 1)

SCHEMA = {
    "design": pl.String(),
    "situation": pl.String(),
    "what": pl.String(),
    "sets": pl.Int32(),
    "percent": pl.Float64(),
    "before": pl.Float64(),
    "is_nominal": pl.Boolean(),
}


class Plan(NamedTuple):
    """A design with so many folders of each run, and containers in each."""

    name: str
    factors: str
    generators: tuple[str, ...]
    folders: int
    containers: int


PLANS = (
    Plan("2^3, 2 folders × 3 containers", "ABC", (), 2, 3),
    Plan("2^4, 1 folder × 3 containers", "ABCD", (), 1, 3),
    Plan("2^(4-1), 1 folder × 4 containers", "ABCD", ("D = ABC",), 1, 4),
    Plan("2^3, 1 folder × 3 containers", "ABC", (), 1, 3),
)

# What version 0.1.0 did in 100 such data sets each, as it was measured by its users (issue 16).
BEFORE = {
    "Durbin-Watson": (55.0, 38.0, 7.0),
    "Lack of fit (the study's model)": (24.0, 70.0, None),
    "Lack of fit (main effects)": (49.0, 89.0, 60.0),
    "Brown-Forsythe": (22.0, 0.0, 12.0),
    "an inactive effect called active": (22.0, 26.0, 37.0),
}
NO_TEST = ("R²", "Adjusted R²", "PRESS", "Predicted R²", "Largest leverage", "Box-Cox λ")


def simulate(sets: int = SETS, fewer: int = FEWER) -> pl.DataFrame:
    """A row for each design, situation and test: in how many percent of the data sets it spoke.

    is_nominal: where nothing is wrong, whether the share is one that a rate of 3 to 8 % gives in so many sets.
    """
    rows = [row for place, plan in enumerate(PLANS) for row in _rows(plan, place, (sets, fewer))]
    return pl.DataFrame([*rows, *_of_looks(sets // 4 or 1)], schema=SCHEMA, orient="row")


def _of_looks(sets: int) -> Iterator[dict[str, object]]:
    for what, percent, tries, before, is_held in shares_of_looks(sets):
        yield {
            "design": DESIGN,
            "situation": "every night looks, and nothing is wrong",
            "what": what,
            "sets": sets,
            "percent": percent,
            "before": before,
            "is_nominal": _is_nominal(percent, tries) if is_held else None,
        }


def _rows(plan: Plan, place: int, sizes: tuple[int, int]) -> Iterator[dict[str, object]]:
    study = _study(plan)
    signs = Design.of(study).signs
    nothing = np.zeros(len(signs))
    situations = {
        "nothing is wrong": (nothing, 0.0),
        "A moves the mean by 3 standard deviations of a folder": (
            1.5 * _sd(plan) * signs[:, 0].astype(np.float64),
            0.0,
        ),
        "a drift of 5 standard deviations of a folder from first to last": (nothing, 5 * _sd(plan)),
    }
    for number, (situation, (means, drift)) in enumerate(situations.items()):
        sets = sizes[min(number, 1)]
        rng = np.random.default_rng([SEED, place, number])
        found: dict[str, list[float]] = {}
        for _ in range(sets):
            analysis = _analysed(study, plan, means, drift, rng)
            for what, spoke in _spoken(analysis, moved="A" if means.any() else None):
                found.setdefault(what, []).append(float(spoke))
        for what, spoken in found.items():
            if what == "Lack of fit (active effects)":
                continue  # there is none in most sets
            percent = 100 * float(np.mean(spoken))
            yield {
                "design": plan.name,
                "situation": situation,
                "what": what,
                "sets": sets,
                "percent": percent,
                "before": dict(enumerate(BEFORE.get(what, ()))).get(place) if number == 0 else None,
                "is_nominal": _is_nominal(percent, len(spoken)) if number == 0 else None,
            }


def _is_nominal(percent: float, tries: int) -> bool:
    """Within two standard errors of NOMINAL."""
    low, high = (
        limit + side * 200 * np.sqrt(limit / 100 * (1 - limit / 100) / tries)
        for limit, side in zip(NOMINAL, (-1, 1), strict=True)
    )
    return bool(low <= percent <= high)


def _sd(plan: Plan) -> float:
    """Of the mean of a folder."""
    return float(np.sqrt(BETWEEN**2 + 1 / plan.containers))


def _study(plan: Plan) -> Study:
    return Study.model_validate(
        {
            "name": "simulated",
            "folders": "{run}_{replicate}",
            "factors": dict.fromkeys(plan.factors, ("-", "+")),
            "generators": plan.generators,
            "responses": {RESPONSE: {"metric": RESPONSE}},
        }
    )


def _analysed(
    study: Study, plan: Plan, means: NDArray[np.float64], drift: float, rng: np.random.Generator
) -> ResponseAnalysis:
    """One data set, its folders executed in random order."""
    runs = len(means)
    order = rng.permutation(runs * plan.folders).reshape(runs, plan.folders)
    values = (
        100
        + means[:, None, None]
        + (drift * order / (order.size - 1))[:, :, None]
        + BETWEEN * rng.standard_normal((runs, plan.folders, 1))
        + rng.standard_normal((runs, plan.folders, plan.containers))
    )
    rows = [
        {
            "response": RESPONSE,
            "run": run + 1,
            "folder": f"{run:03}_{folder}",
            "container_id": f"{run:03}_{folder}_{container}",
            "started_at": FIRST + timedelta(hours=int(order[run, folder]), seconds=container),
            "stopped_at": FIRST + timedelta(hours=int(order[run, folder]), minutes=30),
            "value": float(value),
        }
        for (run, folder, container), value in np.ndenumerate(values)
    ]
    ((_, sample, _),) = samples(study, Design.of(study), in_order(study, pl.DataFrame(rows)))
    assert sample is not None
    return ResponseAnalysis({"identity": sample})


def _spoken(analysis: ResponseAnalysis, moved: str | None) -> Iterator[tuple[str, bool]]:
    """Each test and whether it spoke; effects a term at a time, of those that are zero and of the one that is not."""
    for one in analysis.diagnostics["identity"]:
        if one.name not in NO_TEST:
            yield one.label, one.p_value < 0.05 if np.isfinite(one.p_value) else one.is_alarm
    deciding = analysis.judgements["identity"].decisive
    assert deciding is not None
    idle = [verdict for verdict in deciding.verdicts if verdict.term != moved]
    for verdict in idle:
        yield "an inactive effect called active", verdict.is_active
    yield "any inactive effect called active at once", any(one.is_active_at_once for one in idle)
    if moved:
        yield "the active effect found", deciding[moved].is_active
        yield "the active effect found at once", deciding[moved].is_active_at_once


def wrong(table: pl.DataFrame) -> Sequence[str]:
    """The tests that erred too often or too seldom, in words."""
    return [
        f"{row['design']}: {row['what']}: found {row['percent']:.1f} %, expected {NOMINAL[0]:g} to {NOMINAL[1]:g} %."
        for row in table.filter(~pl.col("is_nominal")).iter_rows(named=True)
    ]
