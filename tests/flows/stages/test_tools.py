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
from models.declared.study import Study, load_study
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


@pytest.mark.parametrize("tool", PLACES)
def test_a_night_observes_what_the_tool_itself_told(tool: str, tmp_path: Path) -> None:
    place = RECORDED / PLACES[tool]
    order = Order(tmp_path / "logs", tmp_path / "studies", tmp_path / "house")
    shutil.copytree(place / "logs", order.logs)
    order.studies.mkdir()
    (order.studies / "tool.toml").write_text(STUDIES[tool])
    spend(order, NOW)
    study = load_study(order.studies / "tool.toml")
    levels = {each.run: tuple(map(level_key, each.levels.values())) for each in study.treatments}
    found = [
        (levels[run], response, value)
        for run, response, value in ask(order, "select run, response, value from observations")
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
    diverged = ask(order, "select count(*) from runs where verdict != 'accepted' and reason like '%finite%'")
    assert diverged[0][0] >= len(expected) - len(finite)
    assert ask(order, "select code from verdicts where not is_kept and observed = 'no row to check'") == []
