"""The studies of docs/tools.md, word by word, on files that the tools themselves wrote."""

import csv
import math
import re
import shutil
import tomllib
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from flows.night import Order
from flows.rehearsal.rehearse import rehearse
from models.declared.levels import level_key
from models.declared.study import Study
from tests.houses import ROOT, ask, spend

RECORDED = ROOT / "tests" / "recorded" / "results"
NOW = datetime(2027, 9, 1, tzinfo=UTC)
PLACES = {
    "hyperfine: sessions": "hyperfine/sessions", "hyperfine: timings": "hyperfine/timings", "fio": "fio",
    "pytest-benchmark": "pytest_benchmark", "Hydra": "hydra", "Lightning: CSVLogger": "lightning_csv",
    "Transformers: trainer_state.json": "trainer_state", "Ray Tune": "ray_tune", "DVCLive": "dvclive",
    "Sacred": "sacred", "asv": "asv", "iperf3": "iperf3", "pyperf": "pyperf", "Reports of text: sysbench": "sysbench",
    "Reports of text: wrk": "wrk", "Reports of text: GNU time": "gnu_time", "Google Benchmark": "google_benchmark",
    "Reports of text: pgbench": "pgbench", "scikit-learn: cv_results_": "scikit_learn",
}  # fmt: skip
PAGE = (ROOT / "docs" / "tools.md").read_text()
STUDIES = dict(re.findall(r"^## ([^\n]+)\n.*?^```toml\n(.*?)^```", PAGE, re.M | re.S))


def test_every_tool_has_its_page() -> None:
    assert STUDIES.keys() == PLACES.keys()


def test_the_page_shows_what_check_prints() -> None:
    study = Study.model_validate(tomllib.loads(STUDIES["fio"]))
    told = "\n".join(rehearse(RECORDED / "fio" / "logs", study).lines)
    assert f"```\n{told}\n```" in PAGE


@pytest.fixture(scope="module")
def houses(tmp_path_factory: pytest.TempPathFactory) -> list[Order]:
    """Those of a night on the files of all tools but pyperf, whose pattern would claim others', and on those of it."""
    groups = ([tool for tool in PLACES if tool != "pyperf"], ["pyperf"])
    return [spent_together(tools, tmp_path_factory.mktemp("tools")) for tools in groups]


def spent_together(tools: list[str], place: Path) -> Order:
    order = Order(place / "logs", place / "studies", place / "house")
    order.studies.mkdir()
    for number, tool in enumerate(tools):
        shutil.copytree(RECORDED / PLACES[tool] / "logs", order.logs, dirs_exist_ok=True)
        (order.studies / f"{number}.toml").write_text(STUDIES[tool])
    spend(order, NOW)
    return order


def test_no_file_of_a_tool_is_one_of_another() -> None:
    """Or one would stand for both in their log root."""
    logs = [RECORDED / place / "logs" for place in PLACES.values()]
    files = [path.relative_to(each) for each in logs for path in each.rglob("*") if path.is_file()]
    assert len(files) == len(set(files))


@pytest.mark.parametrize("tool", PLACES)
def test_a_night_observes_what_the_tool_itself_told(tool: str, houses: list[Order]) -> None:
    place, order = RECORDED / PLACES[tool], houses[tool == "pyperf"]
    study = Study.model_validate(tomllib.loads(STUDIES[tool]))
    levels = {each.run: tuple(map(level_key, each.levels.values())) for each in study.treatments}
    found = [
        (levels[run], response, value)
        for run, response, value in ask(
            order,
            f"select run, response, value from observations where study = '{study.name}'",  # noqa: S608
        )
    ]
    with (place / "expected.csv").open(newline="") as file:
        told = list(csv.DictReader(file))
    expected = [
        (tuple(level_key(row[name]) for name in study.factors), response, float(row[response]))
        for row in told
        for response in study.responses
    ]
    # What diverged is left out by name, with all that its run measured.
    finite = [each for each in expected if math.isfinite(each[2])]
    assert Counter(found) == Counter(finite)
    assert len(found) >= 6
    diverged = ask(
        order,
        f"select count(*) from runs where study = '{study.name}' "  # noqa: S608
        "and verdict != 'accepted' and reason like '%finite%'",
    )
    assert diverged[0][0] >= len(expected) - len(finite)
    assert ask(order, "select code from verdicts where not is_kept and observed = 'no row to check'") == []
