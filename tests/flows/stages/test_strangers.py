"""Result files in the shapes that strangers keep: a study file alone reads each, to the last digit."""

import math
from datetime import UTC, datetime
from pathlib import Path

import pytest

from flows.night import Order
from models.declared.levels import level_key
from models.declared.study import load_study
from tests.houses import ask, spend
from tests.strangers import STRANGERS

NOW = datetime(2027, 9, 1, tzinfo=UTC)


def ordered(place: Path, source: str, responses: str, factors: dict[str, list[str]]) -> Order:
    """A study of a source; its logs may lie there already."""
    order = Order(place / "logs", place / "studies", place / "house")
    for folder in (order.logs, order.studies):
        folder.mkdir(exist_ok=True, parents=True)
    named = "\n".join(f"{name} = {levels}" for name, levels in factors.items())
    text = f'name = "strangers"\n[factors]\n{named}\n[source]\n{source}\n{responses}'
    (order.studies / "strangers.toml").write_text(text)
    return order


@pytest.mark.parametrize("name", STRANGERS)
def test_a_study_file_alone_reads_every_run(name: str, tmp_path: Path) -> None:
    stranger = STRANGERS[name]
    rows = stranger.write(tmp_path / "logs")
    order = ordered(tmp_path, stranger.source, stranger.responses, stranger.factors)
    spend(order, NOW)
    study = load_study(order.studies / "strangers.toml")
    levels = {each.run: tuple(map(level_key, each.levels.values())) for each in study.treatments}
    found = [
        (levels[run], response, value)
        for run, response, value in ask(order, "select run, response, value from observations")
    ]
    expected = [
        (tuple(map(level_key, each.levels.values())), response, value)
        for each in rows
        for response, value in (("Accuracy", each.accuracy), ("Seconds", each.seconds))
        if not math.isnan(value)
    ]
    assert sorted(found, key=str) == sorted(expected, key=str)
    assert ask(order, "select * from findings") == []
    assert {verdict for (verdict,) in ask(order, "select distinct verdict from runs")} == {"accepted"}
