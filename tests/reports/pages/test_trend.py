"""Effects night by night: what each night's version said, and which folders it had that the night before had not."""

import re
from datetime import timedelta
from pathlib import Path
from random import Random

import numpy as np
import pytest
from scipy import stats

from flows.night import Order, night
from flows.warehouse.warehouse import open_published
from tests.houses import NOW, spend
from tests.log_folders import write_folder, write_study
from tests.made_once import made_once

SIGNS = {1: (-1, -1), 2: (1, -1), 3: (-1, 1), 4: (1, 1)}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made_once(tmp_path_factory, "trend", spend_three_nights)


def spend_three_nights(place: Path) -> Path:
    """Two replicates of a 2 x 2 design, then one, then one more."""
    logs, studies, chance = place / "logs", place / "studies", Random(19)
    write_study(
        studies,
        "grown",
        folders="grown_{run}_{replicate}",
        factors={"A": ["low", "high"], "B": ["low", "high"]},
        responses={"Y": {"metric": "y", "unit": "s"}},
        unit="folder",
    )
    for number, replicates in enumerate(([1, 2], [3], [4])):
        for run, (a, _) in SIGNS.items():
            for replicate in replicates:
                value = 10 + a + chance.gauss(0, 0.4)
                name = f"grown_{run}_{replicate}"
                write_folder(logs, name, {f"c-{run}-{replicate}": {"y": [value]}})
        told = Order(logs, studies, place / "house"), NOW + timedelta(days=number)
        night(*told) if number == 2 else spend(*told)  # the pages are those of the last
    return place


def test_each_night_has_the_interval_that_its_own_folders_give(place: Path) -> None:
    with open_published(place / "house" / "current" / "warehouse.duckdb") as warehouse:
        values = warehouse.connection.execute(
            "select run, replicate::int, value from observations"
        ).fetchall()
        kept = warehouse.connection.execute(
            "select night_id, term, effect, ci_low, ci_high from conclusions "
            "where scale = 'identity' and error_unit = 'folder' order by all"
        ).fetchall()
    wanted = []
    for number, last in enumerate((2, 3, 4), 1):
        mine = [(run, value) for run, replicate, value in values if replicate <= last]
        signs = np.array([(*SIGNS[run], SIGNS[run][0] * SIGNS[run][1]) for run, _ in mine])
        y = np.array([value for _, value in mine])
        effects = 2 * signs.T @ y / len(y)
        df = len(y) - 4
        rest = y - y.mean() - signs @ effects / 2
        margin = stats.t.ppf(0.975, df) * 2 * np.sqrt(rest @ rest / df / len(y))
        wanted += [
            (number, term, effect, effect - margin, effect + margin)
            for term, effect in zip(("A", "B", "A:B"), effects, strict=True)
        ]
    assert len(kept) == 9
    for one, other in zip(kept, sorted(wanted), strict=True):
        assert one[:2] == other[:2]
        assert one[2:] == pytest.approx(other[2:], rel=1e-9)


def test_the_page_shows_each_night_with_the_folders_that_came(place: Path) -> None:
    page = (place / "house" / "current" / "site" / "grown" / "Y.html").read_text()
    assert "How did it come about, night by night?" in page
    table = page.partition('id="nights-table"')[2].partition("</table>")[0]
    lines = re.findall(r"<tr><th.*?</tr>", table.partition("<tbody>")[2])
    cells = [[re.sub("<.*?>", "", cell) for cell in re.split("</t[hd]>", line)[:-1]] for line in lines]
    assert [(line[0], line[2], line[4]) for line in cells] == [
        ("3", "4", "A"),
        ("2", "4", "A"),
        ("1", "8", "A"),
    ]
    assert cells[0][3] == "grown_1_4, grown_2_4, grown_3_4, grown_4_4"
    assert cells[2][3] == "grown_1_1, grown_1_2, grown_2_1, grown_2_2, grown_3_1, grown_3_2 and 2 more"


def test_one_night_is_no_trend(site: Path) -> None:
    assert "night by night" not in (site / "fltk_2_4_1" / "Time.html").read_text()
