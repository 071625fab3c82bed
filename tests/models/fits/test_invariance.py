"""What must not matter does not: order of rows, names of levels, units; as properties."""

from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from models.analysis import analyse
from models.declared.study import Study
from models.results import SCHEMAS
from models.textbook import textbook_observations

NAMES = ["A", "B", "C", "D"]

counts = st.lists(st.integers(1, 3), min_size=8, max_size=8)
seeds = st.integers(0, 2**32 - 1)
few = settings(max_examples=10, deadline=None, derandomize=True, database=None, phases=[Phase.generate])


def declared(swapped: tuple[str, ...] = ()) -> Study:
    """2^(4-1); the levels of the factors in `swapped` are declared the other way round."""
    return Study.model_validate(
        {
            "name": "property",
            "folders": "{run}",
            "factors": {name: ("+", "-") if name in swapped else ("-", "+") for name in NAMES},
            "generators": ["D = ABC"] if len(swapped) % 2 == 0 else ["D = -ABC"],
            "responses": {"y": {"metric": "y", "goal": "maximize"}, "z": {"metric": "z", "goal": "minimize"}},
        }
    )


def data(sizes: list[int], seed: int) -> pl.DataFrame:
    rng = np.random.default_rng(seed)
    study = declared()
    values = {
        response: [(20 + 3 * (run % 2) + rng.normal(0, 1, size)).tolist() for run, size in enumerate(sizes)]
        for response in study.responses
    }
    return textbook_observations(study, values)


def relabelled(observations: pl.DataFrame, study: Study) -> pl.DataFrame:
    """The same observations in the runs of the study that have their levels."""
    run_of = {tuple(run.levels.values()): run.run for run in study.treatments}
    runs = [run_of[levels] for levels in observations.select(NAMES).rows()]
    return observations.with_columns(run=pl.Series(runs, dtype=pl.Int64))


@few
@given(sizes=counts, seed=seeds, shuffle=seeds)
def test_the_order_of_rows_changes_no_bit(sizes: list[int], seed: int, shuffle: int) -> None:
    observations = data(sizes, seed)
    before = analyse(declared(), observations)
    after = analyse(declared(), observations.sample(fraction=1, shuffle=True, seed=shuffle % 2**31))
    for table in SCHEMAS:
        assert before[table].equals(after[table])


@few
@given(sizes=counts, seed=seeds, swapped=st.sets(st.sampled_from(NAMES), min_size=1))
def test_swapping_levels_flips_signs_and_leaves_sums_of_squares(
    sizes: list[int], seed: int, swapped: set[str]
) -> None:
    observations = data(sizes, seed)
    other = declared(tuple(swapped))
    before = analyse(declared(), observations)
    after = analyse(other, relabelled(observations, other))
    for table in ("effects_by_scale", "effect_tests"):
        keys = ["response", "scale", "term", *(["error_unit"] if table == "effect_tests" else [])]
        both = before[table].join(after[table], on=keys, suffix="_after")
        assert both.height == before[table].height
        signs = np.array([(-1.0) ** len(swapped & set(term.split(":"))) for term in both["term"]])
        assert signs * both["effect_after"].to_numpy() == pytest.approx(both["effect"].to_numpy(), abs=1e-12)
        assert both["p_value_after"].to_numpy() == pytest.approx(
            both["p_value"].to_numpy(), rel=1e-6, nan_ok=True
        )
    sums = before["effects_by_scale"].join(
        after["effects_by_scale"], on=["response", "scale", "term"], suffix="_after"
    )
    assert sums["sum_sq_after"].to_numpy() == pytest.approx(sums["sum_sq"].to_numpy(), rel=1e-8, abs=1e-12)


@few
@given(sizes=counts, seed=seeds, power=st.integers(-20, 20))
def test_scaling_a_response_scales_effects_and_leaves_f(sizes: list[int], seed: int, power: int) -> None:
    observations = data(sizes, seed)
    factor = 2.0**power
    before = analyse(declared(), observations)
    after = analyse(declared(), observations.with_columns(pl.col("value") * factor))
    keys = ["response", "scale", "source"]
    rows = (
        before["anova_by_scale"]
        .join(after["anova_by_scale"], on=keys, suffix="_after")
        .filter(scale="identity")
    )
    assert rows["f_value_after"].to_numpy() == pytest.approx(
        rows["f_value"].to_numpy(), rel=1e-9, nan_ok=True
    )
    effects = before["effects_by_scale"].join(
        after["effects_by_scale"], on=["response", "scale", "term"], suffix="_after"
    )
    raw = effects.filter(scale="identity")
    assert raw["effect_after"].to_numpy() == pytest.approx(factor * raw["effect"].to_numpy(), rel=1e-9)
    log = effects.filter(scale="log10")  # a unit is no effect on ratios
    assert log["effect_after"].to_numpy() == pytest.approx(log["effect"].to_numpy(), abs=1e-12)


@few
@given(seed=seeds, offset=st.sampled_from([-1e6, 1e6, 1e9]))
def test_an_offset_changes_no_effect(seed: int, offset: float) -> None:
    observations = data([2] * 8, seed)
    before = analyse(declared(), observations)["effects_by_scale"].filter(scale="identity")
    shifted = observations.with_columns(pl.col("value") + offset)
    after = analyse(declared(), shifted)["effects_by_scale"].filter(scale="identity")
    both = before.join(after, on=["response", "term"], suffix="_after")
    assert both["effect_after"].to_numpy() == pytest.approx(both["effect"].to_numpy(), abs=1e-6)


def test_a_trade_off_is_the_same_seen_from_either_side() -> None:
    rows = analyse(declared(), data([3] * 8, 1))["trade_offs"].to_dicts()
    for row in rows:
        beaten_by: list[dict[str, Any]] = [
            other
            for other in rows
            if other["mean_x"] >= row["mean_x"] and other["mean_y"] <= row["mean_y"] and other is not row
        ]
        assert row["is_dominated"] == bool(beaten_by)
