"""What is odd in an event file without being damaged is kept and noted, or refused by name."""

import math
from pathlib import Path

import numpy as np
import pytest

from tests.event_records import VERSION, codes, event, read, records, scalar


def test_numbers_that_are_not_finite_are_kept_and_noted(tmp_path: Path) -> None:
    odd = [math.nan, math.inf, -math.inf]
    many = [event(step, scalar("t", odd[step % 4] if step % 4 < 3 else step)) for step in range(100)]
    (file,) = (batch := read(tmp_path, b"".join(records([VERSION, *many])))).files
    assert codes(file) == ["R105"]
    assert "found nan at step 0 (and 74 more like it)" in file.faults[0].message
    found = batch.scalars["value"].to_list()
    assert math.isnan(found[0])
    assert found[1:4] == [math.inf, -math.inf, 3]


@pytest.mark.parametrize("wall_time", [0.0, -1.0, math.nan, math.inf, 1e300])
def test_a_wall_time_that_is_no_time_is_null_and_noted(tmp_path: Path, wall_time: float) -> None:
    many = [event(step, scalar("t", step), wall_time=wall_time) for step in range(30)]
    batch = read(tmp_path, b"".join(records([VERSION, *many, event(40, scalar("t", 1))])))
    assert codes(batch.files[0]) == ["R106"]
    assert batch.scalars["wall_time"].null_count() == 30
    assert batch.scalars["wall_time"].is_not_nan().all()


def test_negative_steps_are_steps(tmp_path: Path) -> None:
    """A value logged before training stands at step -1; a stopwatch may count down to the start."""
    steps = [-(1 << 53), -2, -1, 0, 1]
    batch = read(
        tmp_path,
        b"".join(records([VERSION, *[event(step, scalar("t", step), wall_time=5.0) for step in steps]])),
    )
    assert codes(batch.files[0]) == []
    assert batch.scalars["step"].to_list() == steps
    assert batch.scalars["value"].to_list() == [float(np.float32(step)) for step in steps]


@pytest.mark.parametrize("step", [-(1 << 53) - 1, -(1 << 63), (1 << 53) + 1, (1 << 63) - 1])
def test_steps_that_are_no_steps_are_refused(tmp_path: Path, step: int) -> None:
    batch = read(tmp_path, b"".join(records([VERSION, *[event(step, scalar("t", 1), wall_time=5.0)] * 20])))
    assert codes(batch.files[0]) == ["R104", "Q319"]
    assert batch.scalars.is_empty()


@pytest.mark.parametrize("tag", ["x" * 257, "x" * 100_000, "a\nb", "a\x00", "\x85", "\x7f"])
def test_tags_that_are_no_names_are_refused(tmp_path: Path, tag: str) -> None:
    batch = read(
        tmp_path, b"".join(records([VERSION, *[event(1, scalar(tag, 1))] * 20, event(1, scalar("t", 1))]))
    )
    (file,) = batch.files
    assert codes(file) == ["Q320"]
    assert file.scalars == 1
    assert len(file.faults[0].message) < 500


def test_a_tag_that_is_not_utf_8_is_told_from_damage(tmp_path: Path) -> None:
    data = event(1, scalar("tag", 1)).SerializeToString().replace(b"tag", b"t\xffg")
    (file,) = read(tmp_path, b"".join(records([VERSION, data]))).files
    assert codes(file) == ["R104", "Q320"]
    assert "not valid UTF-8" in file.faults[1].message


@pytest.mark.parametrize(
    "tag", ["", "x" * 256, "<script>alert(1)</script>", "æ—漢字", "\u202e", "'; drop table x"]
)
def test_odd_tags_are_only_names(tmp_path: Path, tag: str) -> None:
    batch = read(tmp_path, b"".join(records([VERSION, *[event(step, scalar(tag, 1)) for step in range(40)]])))
    assert batch.tags == [tag]
    assert batch.files[0].faults == ()


def test_files_without_scalars_are_noted(tmp_path: Path) -> None:
    batch = read(tmp_path, b"", records([VERSION])[0])
    assert [codes(file) for file in batch.files] == [["R104"], ["R104"]]
    assert [file.records for file in batch.files] == [0, 1]
