"""What `check` tells of a study that does not fit its files yet: each cause once, with what to write."""

from pathlib import Path

import pytest

from flows.rehearsal.rehearse import rehearse
from models.declared.study import load_study
from tests.layouts import train_and_validation
from tests.strangers_of_tools import OF_TOOLS


def told(place: Path, name: str, missing: str, instead: str = "") -> list[str]:
    """The lines of a rehearsal, with a line of the study missing or written otherwise."""
    stranger = OF_TOOLS[name]
    stranger.write(place / "logs")
    assert missing in stranger.source
    source = stranger.source.replace(missing, instead)
    factors = "\n".join(f'"{factor}" = {levels}' for factor, levels in stranger.factors.items())
    text = (
        f'name = "strangers"\n{stranger.more}\n[factors]\n{factors}\n[source]\n{source}\n{stranger.responses}'
    )
    (place / "study.toml").write_text(text)
    return rehearse(place / "logs", load_study(place / "study.toml")).lines


@pytest.mark.parametrize(
    ("name", "missing", "remedy"),
    [
        ("german_excel", 'encoding = "cp1252"\n', 'say what it is: encoding = "cp1252" in [source]'),
        ("german_excel", "header = 3\n", "Say header = 3 in [source]."),
        (
            "german_excel",
            'dates = "%d.%m.%Y %H:%M:%S"\n',
            'how days are written: dates = "%d.%m.%Y %H:%M:%S".',
        ),
        ("german_excel", 'decimal = ","\n', 'or say decimal = "," in [source] if commas are decimal points.'),
    ],
)
def test_what_is_wrong_is_told_once_with_what_to_write(
    name: str, missing: str, remedy: str, tmp_path: Path
) -> None:
    (trouble,) = [line for line in told(tmp_path, name, missing) if line.startswith("Trouble")]
    assert remedy in trouble


def test_files_that_where_leaves_out_are_counted(tmp_path: Path) -> None:
    lines = told(tmp_path, "failed_files", '"OK"', '["OK", "DONE"]')
    assert "Left out by where: 1 of 13 files." in lines
    assert "Runs: 12 in 4 of 4 cells, 0 empty." in lines


def test_a_where_that_leaves_nothing_is_seen(tmp_path: Path) -> None:
    lines = told(tmp_path, "failed_files", '"OK"', '"ok"')
    assert "Left out by where: 13 of 13 files." in lines
    assert "Response Accuracy: final.accuracy, NO VALUE in the first 3 runs" in lines


def test_runs_without_a_value_are_counted(tmp_path: Path) -> None:
    lines = told(tmp_path, "lines_with_errors", 'where = { error = "" }\n')
    assert any(
        line.startswith("Response Accuracy") and line.endswith("; none in 1 of 13 rows") for line in lines
    )


@pytest.mark.parametrize(
    ("within", "place"),
    [
        ('within = "validation"', "tag 'epoch_accuracy' below validation"),
        ('within = "test"', "tag 'epoch_accuracy'; NOT below test, but below train, validation"),
        ("", "tag 'epoch_accuracy' below train, validation; say which by within"),
    ],
)
def test_a_tag_is_told_where_the_response_means_it(within: str, place: str, tmp_path: Path) -> None:
    train_and_validation(tmp_path / "logs")
    (tmp_path / "study.toml").write_text(
        'name = "widths"\n[factors]\nwidth = ["narrow", "wide"]\naugment = ["no", "yes"]\n'
        '[source]\nfiles = "{width}-{augment}-{replicate}/**"\n'
        f'[responses.Accuracy]\nmetric = "epoch_accuracy"\n{within}\n'
    )
    assert (
        f"Response Accuracy: {place}"
        in rehearse(tmp_path / "logs", load_study(tmp_path / "study.toml")).lines
    )


def test_a_replicate_that_two_tables_tell_is_named_with_both_places(tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    for name, seeds in (("a.csv", (1, 2)), ("b.csv", (2, 3))):
        rows = [f"{lr},{bs},{seed},0.5" for lr in ("0.1", "0.01") for bs in ("32", "64") for seed in seeds]
        (tmp_path / "logs" / name).write_text("\n".join(["lr,bs,seed,accuracy", *rows, "0.1,48,1,0.5", ""]))
    (tmp_path / "study.toml").write_text(
        'name = "tables"\n[factors]\nlr = ["0.1", "0.01"]\nbs = ["32", "64"]\n[source]\ntable = "*.csv"\n'
        'columns = { lr = "lr", bs = "bs", replicate = "seed" }\n[responses.Accuracy]\ncolumn = "accuracy"\n'
    )
    lines = rehearse(tmp_path / "logs", load_study(tmp_path / "study.toml")).lines
    assert "Runs: 16 in 4 of 4 cells, 0 empty." in lines
    assert "Replicates told twice: 4, such as run 1 replicate 2 in a.csv:3 and b.csv:2." in lines
    assert "No run of the design: 2, undeclared bs=48, such as a.csv:10." in lines
    assert "Factor lr: 0.1 (10), 0.01 (8)" in lines
