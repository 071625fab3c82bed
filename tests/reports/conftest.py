"""A house whose studies are the sample, one with names that try to break out, one with three levels, one without data."""

import shutil
from pathlib import Path
from random import Random

import pytest

from flows.night import Order, night
from tests.houses import NOW, SAMPLE, STUDIES
from tests.log_folders import write_folder, write_study
from tests.made_once import made_once

EVIL = "</script><script>document.title='PWNED'</script>"
NASTY_FOLDER = "x<b onclick=1>&\"'${{run}}{run}".replace("${{run}}", "$")


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One night on four studies."""
    return made_once(tmp_path_factory, "pages", spend_night)


def spend_night(place: Path) -> Path:
    logs, studies = place / "logs", place / "studies"
    shutil.copytree(SAMPLE, logs)
    shutil.copytree(STUDIES, studies)
    chance = Random(8)
    write_study(
        studies,
        "nasty",
        title=f"{EVIL} & 'study' of \"${{evil}}\"",
        folders=NASTY_FOLDER,
        factors={
            'A"<b>': ["<img src=x onerror=alert(1)>", "hi\"'"],
            "C.d[0]": ["${x}", "{{y}}"],
            "datum.c == 1": ["' || true || '", "|| true"],
        },
        responses={EVIL: {"metric": f"tag {EVIL}", "unit": "m/s²"}, "R": {"between": ["start", "stop"]}},
    )
    for run in range(1, 9):
        points = {
            f"nasty-{run}-{i}": {f"tag {EVIL}": [chance.gauss(10 + run, 1) for _ in range(3)]} for i in (1, 2)
        }
        write_folder(logs, NASTY_FOLDER.format(run=run), points, seconds=60 + 7 * run)
    write_study(
        studies,
        "three_levels",
        folders="three_{run}",
        factors={"Size": ["small", "medium", "large"], "Kind": ["a", "b"]},
        responses={"Rate": {"metric": "rate", "unit": "1/s"}},
    )
    for run in range(1, 7):
        if run != 5:  # a run is missing
            points = {f"three-{run}-{i}": {"rate": [1.0, chance.gauss(5 * run, 1)]} for i in (1, 2)}
            write_folder(logs, f"three_{run}", points)
    write_study(
        studies,
        "without_data",
        folders="nothing_{run}",
        factors={"A": ["1", "2"], "B": ["1", "2"]},
        responses={"Y": {"metric": "y"}},
    )
    night(Order(logs, studies, place / "house"), NOW)
    return place / "house"


@pytest.fixture(scope="session")
def site(house: Path) -> Path:
    return house / "current" / "site"


@pytest.fixture(scope="session")
def pages(site: Path) -> list[Path]:
    """Every page, shortest paths first."""
    return sorted(site.rglob("*.html"), key=lambda path: (len(path.parts), path))
