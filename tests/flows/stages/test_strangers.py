"""Result files in the shapes that strangers keep: a study file alone reads each, to the last digit."""

import math
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from flows.night import Order
from flows.rehearsal.rehearse import rehearse
from flows.survey.guess import guess_studies
from flows.survey.study_text import study_text
from models.declared.levels import level_key
from models.declared.study import load_study
from tests.houses import ask, spend
from tests.layouts import Observed
from tests.strangers import STRANGERS, Stranger
from tests.strangers_of_tools import OF_TOOLS

NOW = datetime(2027, 9, 1, tzinfo=UTC)


ALL = {**STRANGERS, **OF_TOOLS}


def ordered(place: Path, stranger: Stranger, name: str = "strangers") -> Order:
    """A study of a source; its logs may lie there already."""
    order = Order(place / "logs", place / "studies", place / "house")
    for folder in (order.logs, order.studies):
        folder.mkdir(exist_ok=True, parents=True)
    named = "\n".join(f'"{name}" = {levels}' for name, levels in stranger.factors.items())
    text = f'name = "{name}"\n{stranger.more}\n[factors]\n{named}\n[source]\n{stranger.source}\n{stranger.responses}'
    (order.studies / f"{name}.toml").write_text(text)
    return order


# JMH's score of a cell is as good a guess as the values of its forks; two sweeps have names of their own; of lines that
# are printed again and again nobody knows which counts.
BY_HAND = {"jmh_forks", "printed_epochs", "settings_at_two_depths"}


@pytest.mark.parametrize("name", [each for each in ALL if each not in BY_HAND])
def test_init_describes_it_without_an_edit(name: str, tmp_path: Path) -> None:
    stranger = ALL[name]
    rows = stranger.write(tmp_path / "logs")
    file = tmp_path / "guess.toml"
    file.write_text(study_text(*guess_studies(tmp_path / "logs", "mine"), tmp_path / "logs"))
    study = load_study(file)
    declared = {frozenset(map(level_key, levels)) for levels in stranger.factors.values()}
    found = {frozenset(map(level_key, levels)) for levels in study.factors.values()}
    as_none = {frozenset("None" if each == "null" else each for each in levels) for levels in declared}
    assert found in (declared, as_none)
    text = "\n".join(rehearse(tmp_path / "logs", study).lines)
    cells = len({tuple(each.levels.values()) for each in rows})
    assert f"Runs: {len(rows)} in {cells} of {cells} cells, 0 empty." in text
    assert not any(word in text for word in ("NOT FOUND", "No run", "Trouble"))


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> tuple[Order, dict[str, list[Observed]]]:
    """One night on all of them, each with a study and a folder of its own, and what their runs observed."""
    place = tmp_path_factory.mktemp("strangers")
    order = Order(place / "logs", place / "studies", place / "house")
    rows = {name: stranger.write(order.logs / name) for name, stranger in ALL.items()}
    for name, stranger in ALL.items():
        ordered(place, stranger._replace(source=below(name, stranger.source)), name)
    spend(order, NOW)
    return order, rows


def below(folder: str, source: str) -> str:
    """The source whose files lie in a folder of the log root."""
    return re.sub(r'\b(table|files) = "', rf'\1 = "{folder}/', source)


@pytest.mark.parametrize("name", ALL)
def test_a_study_file_alone_reads_every_run(
    name: str, night: tuple[Order, dict[str, list[Observed]]]
) -> None:
    order, rows = night
    study = load_study(order.studies / f"{name}.toml")
    levels = {each.run: tuple(map(level_key, each.levels.values())) for each in study.treatments}
    told = f"select run, response, value from observations where study = '{name}'"  # noqa: S608
    found = [(levels[run], response, value) for run, response, value in ask(order, told)]
    expected = [
        (tuple(map(level_key, each.levels.values())), response, value)
        for each in rows[name]
        for response, value in (("Accuracy", each.accuracy), ("Seconds", each.seconds))
        if not math.isnan(value)
    ]
    assert sorted(found, key=str) == sorted(expected, key=str)
    mine = f"(study = '{name}' or folder = '{name}' or starts_with(folder, '{name}/'))"
    assert ask(order, f"select * from findings where code <> 'R115' and {mine}") == []  # noqa: S608
    judged = f"select distinct verdict from runs where study = '{name}'"  # noqa: S608
    assert ask(order, judged) == [("accepted",)]


def test_nothing_of_them_is_left_over(night: tuple[Order, dict[str, list[Observed]]]) -> None:
    assert ask(night[0], "select * from findings where code <> 'R115'") == []


def test_a_run_that_where_leaves_out_is_counted_and_no_fault(tmp_path: Path) -> None:
    OF_TOOLS["failed_files"].write(tmp_path / "logs")
    order = ordered(tmp_path, OF_TOOLS["failed_files"])
    night = spend(order, NOW).night
    assert (night["runs_accepted"], night["runs_quarantined"], night["runs_left_out"]) == (12, 0, 1)
    ((outcome, told),) = ask(order, "select outcome, reason from findings")
    assert outcome == "repaired"
    assert told == (
        "run_99/result.json: found none of 1 rows with status = OK; the run is left out, as its study says."
    )
    assert ask(order, "select code from verdicts where not is_kept and code <> 'DES-1'") == []
    assert spend(order, NOW).version is None  # it is not read again and again
    path = order.logs / "run_99" / "result.json"
    path.write_text(path.read_text().replace('"seed": 2', '"seed": 4').replace("FAILED", "OK"))
    path.write_text(path.read_text().replace('"final": null', '"final": {"accuracy": 70.5}'))
    path.write_text(path.read_text().replace('"finished": null', '"finished": "2027-08-01T00:00:00Z"'))
    night = spend(order, NOW).night
    assert (night["runs_accepted"], night["runs_quarantined"], night["runs_left_out"]) == (13, 0, 0)


def test_lines_that_come_again_are_refused_until_the_response_says_which_counts(tmp_path: Path) -> None:
    stranger = OF_TOOLS["printed_epochs"]
    stranger.write(tmp_path / "logs")
    order = ordered(
        tmp_path, stranger._replace(responses=stranger.responses.replace('reduce = "last"\n', ""))
    )
    night = spend(order, NOW).night
    assert (night["runs_accepted"], night["runs_quarantined"]) == (0, 12)
    told = {reason.partition(": ")[2] for (reason,) in ask(order, "select reason from findings")}
    assert told == {
        'found 4 lines \'val acc\', expected one. Say which counts: reduce = "first", "last" or "mean" of the response.'
    }


def test_a_failed_attempt_takes_nothing_from_the_good_one_of_the_same_replicate(tmp_path: Path) -> None:
    stranger = OF_TOOLS["failed_files"]
    rows = stranger.write(tmp_path / "logs")
    order = ordered(
        tmp_path, stranger._replace(source=stranger.source.replace('where = { status = "OK" }\n', ""))
    )
    night = spend(order, NOW).night
    assert (night["runs_accepted"], night["runs_quarantined"]) == (len(rows), 1)
    assert ask(order, "select code, reason from breaches where code <> 'OBS-1'") == [
        (
            "CON-1",
            "run_99, container run_99: found no time in 'finished', expected its stop. Write when it was, or leave such "
            "runs out by `where` in the study file.",
        )
    ]
    assert ask(order, "select code from findings") == []
