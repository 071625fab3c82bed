"""Ten experiments as they lie on disks: `init` describes them, and what is then claimed is what was run."""

import shutil
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import pytest

from flows.discovery.find_folders import find_folders
from flows.discovery.find_units import find_units
from flows.log_root.tree import Disk
from flows.night import Order, Summary
from flows.rehearsal.claims import claims
from flows.rehearsal.rehearse import rehearse
from flows.survey.guess import guess_studies
from flows.survey.study_text import study_text
from models.declared.levels import level_key
from models.declared.study import Study, load_study
from tests.houses import ask, spend
from tests.layouts import LAYOUTS, Observed

# The owner's name of a factor -> the one that was found; left out where they are the same.
NAMES = {
    "folders_and_file_names": {"net": "factor_1", "lr": "LR"},
    "flat_with_table": {"parallelism": "dataParallelism", "cores": "executorCore", "batch": "batchSize"},
    "hparams_yaml": {"optimizer": "optim_name"},
    "train_and_validation": {"width": "factor_1", "augment": "factor_2"},
    "json_files": {"model": "factor_1", "lr": "factor_2"},
}
SECONDS = {"json_files": "wall_seconds"}  # the owner's Seconds, where a key of the file tells them
# Lines that the owner must correct: only the numbers of the runs are in the logs.
EDITS = {
    "stamped": {
        'A = ["low", "high"]': 'memory = ["1Gi", "2Gi"]',
        'B = ["low", "high"]': 'cpu = ["750m", "1500m"]',
    }
}
NOW = datetime(2026, 9, 1, tzinfo=UTC)


def written(name: str, place: Path) -> tuple[list[Observed], Study]:
    """A layout and the study that was guessed, with its few edited lines."""
    place.mkdir(exist_ok=True)
    rows = LAYOUTS[name](place / "logs")
    text = study_text(*guess_studies(place / "logs", "mine"), place / "logs")
    for before, after in EDITS.get(name, {}).items():
        assert text.count(before) == 1
        text = text.replace(before, after)
    (place / "studies").mkdir()
    (place / "studies" / "guess.toml").write_text(text)
    return rows, load_study(place / "studies" / "guess.toml")


def cell(name: str, study: Study, levels: dict[str, str]) -> tuple[object, ...]:
    """Levels in the order of the study's factors, by the owner's names."""
    names = {NAMES.get(name, {}).get(each, each): level for each, level in levels.items()}
    return tuple(level_key(names[factor]) for factor in study.factors)


def cells_of(study: Study) -> dict[int, tuple[object, ...]]:
    return {each.run: tuple(map(level_key, each.levels.values())) for each in study.treatments}


@pytest.mark.parametrize("name", LAYOUTS)
def test_the_claims_are_what_was_run(name: str, tmp_path: Path) -> None:
    """Levels and, where a number tells it, the replicate of every run."""
    rows, study = written(name, tmp_path)
    tree = Disk(tmp_path / "logs")
    found = find_units(tree, [study], find_folders(tree, [study]))
    cells = cells_of(study)
    has_replicate = name not in ("table", "folders_and_file_names")
    told = Counter(
        (cells[each.claim.run], level_key(each.claim.replicate or "") if has_replicate else None)
        for each in claims(tmp_path / "logs", study, found.folders)
        if each.claim.run is not None
        for _ in range(each.times)
    )
    assert told == Counter(
        (cell(name, study, each.levels), each.replicate if has_replicate else None) for each in rows
    )


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_rehearsal_finds_every_cell_and_response(name: str, tmp_path: Path) -> None:
    rows, study = written(name, tmp_path)
    told = rehearse(tmp_path / "logs", study)
    text = "\n".join(told.lines)
    cells = len({each.run for each in rows})
    assert f"Runs: {len(rows)} in {cells} of {cells} cells, 0 empty." in text
    assert "NOT" not in text and "Left over" not in text and "No run" not in text


# A pattern of one would claim files of others, and the other's files are those of another to the byte.
APART = ("hparams_record", "file_names")


class Spent(NamedTuple):
    """A night on several layouts in one log root, and what was run in each."""

    order: Order
    summary: Summary
    layouts: dict[str, tuple[list[Observed], Study]]


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> list[Spent]:
    groups = ([name for name in LAYOUTS if name not in APART], APART)
    return [spent_together(names, tmp_path_factory.mktemp("layouts")) for names in groups]


def spent_together(names: Sequence[str], place: Path) -> Spent:
    order = Order(place / "logs", place / "studies", place / "house")
    layouts = written_together(names, place)
    return Spent(order, spend(order, NOW), layouts)


def written_together(names: Sequence[str], place: Path) -> dict[str, tuple[list[Observed], Study]]:
    """Layouts in one log root, and the studies that were guessed of each alone, by its name."""
    logs, studies = place / "logs", place / "studies"
    studies.mkdir()
    layouts = {}
    for name in names:
        alone = place / name
        layouts[name] = written(name, alone)
        shutil.copytree(alone / "logs", logs, dirs_exist_ok=True)
        text = (alone / "studies" / "guess.toml").read_text()
        (studies / f"{name}.toml").write_text(text.replace('name = "mine"', f'name = "{name}"'))
    return layouts


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_night_observes_every_value_to_the_last_digit(name: str, nights: list[Spent]) -> None:
    order, summary, layouts = nights[name in APART]
    rows, study = layouts[name]
    accepted = ask(order, f"select count(*) from runs where study = '{name}' and verdict = 'accepted'")  # noqa: S608
    assert accepted == [(len({each.job for each in rows}),)]
    assert summary.night["runs_accepted"] == sum(
        len({each.job for each in rows}) for rows, _ in layouts.values()
    )
    assert not summary.quarantine
    cells = cells_of(study)
    found = [
        (cells[run], response, value)
        for run, response, value in ask(
            order,
            f"select run, response, value from observations where study = '{name}'",  # noqa: S608
        )
    ]
    expected = [(cell(name, study, each.levels), "Accuracy", each.accuracy) for each in rows]
    seconds = SECONDS.get(name, "Seconds")
    expected += [(cell(name, study, each.levels), seconds, each.seconds) for each in rows]
    assert sorted(found) == sorted(expected)
