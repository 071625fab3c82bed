"""The values that are drawn of a run: all of a short curve, and what draws the same line of a long one."""

import math
import random
from collections import defaultdict
from pathlib import Path

from tensorboard.summary.writer.record_writer import RecordWriter

from flows.night import Order, night
from flows.stages.answers import answers_of_each
from flows.warehouse.warehouse import open_published
from reports.pages.site import CURVES_QUERIES, RUN_QUERIES
from sample.write_logs import scalar
from tests.houses import spend
from tests.run_data import data_of
from tests.torture.folders import NOW, event_file, write_least_study, write_small_folder

STEPS = 7_013

Point = tuple[int, float]


def append(path: Path, scalars: list[Point]) -> None:
    with path.open("ab") as stream:
        writer = RecordWriter(stream)
        for step, value in scalars:
            writer.write(scalar(1.6e9 + step, step, "loss", value).SerializeToString())


def m4(points: list[Point], first: int, last: int) -> set[Point]:
    """Lines 1 to 8 of figure 5 of the M4 paper, with plain loops; ties go to the earlier step, of highest to the later."""
    ranges: dict[int, list[Point]] = defaultdict(list)
    for step, value in points:
        ranges[(step - first) * 250 // (last - first + 1)].append((step, value))
    drawn = set()
    for group in ranges.values():
        finite = [(step, value) for step, value in group if math.isfinite(value)]
        drawn |= {min(group), max(group)}
        if finite:
            drawn |= {
                min(finite, key=lambda each: (each[1], each[0])),
                max(finite, key=lambda each: (each[1], each[0])),
            }
    return drawn


def test_long_curves_are_drawn_by_their_ends_and_extremes_short_ones_whole(tmp_path: Path) -> None:
    draw = random.Random(3)
    logs, studies, house = (tmp_path / name for name in ("logs", "studies", "house"))
    write_least_study(studies)
    for name in ("1_a", "2_a"):
        write_small_folder(logs, name)
    long = [(step, float(draw.randrange(200))) for step in range(5, 5 + STEPS)]
    for gap in (range(600, 700), range(3000, 3005)):
        for place in gap:
            long[place] = (long[place][0], math.inf)
    again = [(step, 7.0) for step, _ in long[-40:]]
    short = [(step, float(draw.randrange(200))) for step in range(1000)]
    append(event_file(logs / "1_a"), [*long, *again])
    append(event_file(logs / "2_a"), short)
    spend(Order(logs, studies, house), NOW)

    with open_published(house / "current" / "warehouse.duckdb") as warehouse:
        told = answers_of_each(warehouse, RUN_QUERIES, ["folder"], [("1_a",), ("2_a",)])
    frames = {folder: results["run_points"].frame for (folder,), results in told.items()}
    frames = {folder: frame.filter(tag="loss") for folder, frame in frames.items()}
    drawn = {
        is_superseded: set(frames["1_a"].filter(is_superseded=is_superseded).select("step", "value").rows())
        for is_superseded in (False, True)
    }
    kept = [*long[:-40], *again]
    assert drawn[False] == m4(kept, 5, 4 + STEPS)
    assert drawn[True] == m4(long[-40:], 5, 4 + STEPS)
    assert 500 < frames["1_a"].height < 1100
    assert frames["1_a"]["logged"].unique().to_list() == [STEPS + 40]
    assert frames["2_a"].select("step", "value").rows() == short
    assert frames["2_a"]["logged"].unique().to_list() == [1000]


def test_of_many_values_a_page_draws_few_and_knows_how_many_there_are(tmp_path: Path) -> None:
    logs, studies, house = (tmp_path / name for name in ("logs", "studies", "house"))
    write_least_study(studies)
    for name in ("1_a", "2_a"):
        write_small_folder(logs, name)
    append(event_file(logs / "1_a"), [(step, float(step % 97)) for step in range(100_000)])
    night(Order(logs, studies, house), NOW)
    found = data_of(house / "site" / "small")
    drawn = {
        folder: {curve["tag"]: (curve["logged"], len(curve["step"])) for curve in tables["run_points"]}
        for folder, tables in found.items()
    }
    assert drawn["1_a"]["loss"][0] == 100_000 and 500 < drawn["1_a"]["loss"][1] <= 1000
    assert all(logged == shown for logged, shown in drawn["2_a"].values())
    (file,) = (house / "site" / "small" / "data").glob("runs-*.js")
    assert file.stat().st_size < 100_000


def test_the_curves_of_a_study_share_their_points_and_means_are_of_all_values(tmp_path: Path) -> None:
    draw = random.Random(4)
    logs, studies, house = (tmp_path / name for name in ("logs", "studies", "house"))
    write_least_study(studies)
    for name in ("1_a", "2_a"):
        write_small_folder(logs, name)
    long = [(step, float(draw.randrange(200))) for step in range(3, 30_003)]
    append(event_file(logs / "1_a"), long)
    append(event_file(logs / "2_a"), short := [(step, float(draw.randrange(200))) for step in range(100)])
    spend(Order(logs, studies, house), NOW)
    with open_published(house / "current" / "warehouse.duckdb") as warehouse:
        told = answers_of_each(warehouse, CURVES_QUERIES, ["study"], [("small",)])[("small",)]
    curves = told["curves_points"].frame.filter(tag="loss").partition_by("folder", as_dict=True)
    one, other = (curves[(folder,)].row(0, named=True) for folder in ("1_a", "2_a"))
    assert list(zip(other["steps"], other["values"], strict=True)) == short
    assert other["mean_values"] is None and other["seconds"] == [float(step) for step in range(100)]
    # 10,000 ranges are shared by two curves
    ranges: dict[int, list[Point]] = defaultdict(list)
    for step, value in long:
        ranges[(step - 3) * 5000 // 30_000].append((step, value))
    drawn = {
        point
        for group in ranges.values()
        for point in (
            min(group),
            max(group),
            min(group, key=lambda each: (each[1], each[0])),
            max(group, key=lambda each: (each[1], each[0])),
        )
    }
    assert list(zip(one["steps"], one["values"], strict=True)) == sorted(drawn)
    assert one["logged"] == 30_000
    for i, group in ranges.items():
        assert math.isclose(one["mean_values"][i], sum(value for _, value in group) / len(group))
        assert one["mean_steps"][i] == round(sum(step for step, _ in group) / len(group), 1)
