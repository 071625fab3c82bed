"""Each promise about a study: kept by whole data, broken by data with one fault, and broken alone."""

import math
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from expectations import observations
from expectations.check import Checked, check, check_all
from expectations.promises import CATALOGUE
from expectations.relation import CheckError, rule
from models.declared.study import Study, load_study

STUDY = """
name = "pumps"
timezone = "Europe/Amsterdam"
folders = "exp_{run}"
containers = 2
replicates = 1
fresh_within = "2d"
[factors]
Speed = ["slow", "fast"]
Epochs = ["5", "10"]
[responses.Accuracy]
metric = "accuracy per epoch"
range = [0, 100]
[responses.Time]
between = ["start", "stop"]
[promises]
steps = { metric = "accuracy per epoch", equals = "Epochs" }
path = "{Speed}_data"
longest_seconds = 3600
"""
START = datetime(2023, 10, 9, 7, 30, tzinfo=UTC)
Frames = dict[str, pl.DataFrame]
CONTAINERS = [(f"exp_{run}", run, f"job-{run}{place}") for run in (1, 2, 3, 4) for place in "ab"]


@pytest.fixture
def study(tmp_path: Path) -> Study:
    path = tmp_path / "pumps.toml"
    path.write_text(STUDY)
    return load_study(path)


@pytest.fixture
def frames() -> Frames:
    """Four folders of two containers that keep every promise."""
    seconds = [60.0 + place for place in range(len(CONTAINERS))]
    folders = {"folder": [f"exp_{run}" for run in (1, 2, 3, 4)], "run": [1, 2, 3, 4]}
    jobs = {
        "folder": [folder for folder, _, _ in CONTAINERS],
        "run": [run for _, run, _ in CONTAINERS],
        "container_id": [job for _, _, job in CONTAINERS],
    }
    speeds = [("slow", "fast")[(run - 1) % 2] for run in jobs["run"]]
    epochs = [(5, 10)[(run - 1) // 2] for run in jobs["run"]]
    values = {"Accuracy": ([90.0] * 8, [0.0] * 8, [100.0] * 8), "Time": (seconds, [None] * 8, [None] * 8)}
    return {
        "runs": pl.DataFrame(
            {
                **folders,
                "replicate": "1",
                "containers": 2,
                "state": "finished",
                "levels_told": None,
                "same_claims": 1,
            }
        ),
        "design_runs": pl.DataFrame({"run": [1, 2, 3, 4], "folders": 1}),
        "freshness": pl.DataFrame({"written_at": [START], "age_seconds": 2 * 86_400}),
        "containers": pl.DataFrame(
            {
                **jobs,
                "created_at": None,
                "started_at": START,
                "stopped_at": [START + timedelta(seconds=each) for each in seconds],
                "start_path": [f"{folder}/start.log" for folder in jobs["folder"]],
                "start_line": 2,
                "stop_path": [f"{folder}/stop.log" for folder in jobs["folder"]],
                "stop_line": 3,
                "duration_seconds": seconds,
                "folders_with_id": 1,
                "event_files": 1,
            }
        ),
        "observations": pl.concat(
            pl.DataFrame(
                {**jobs, "response": name, "value": value, "low": low, "high": high, "series": None},
                schema_overrides={"value": pl.Float64, "low": pl.Float64, "high": pl.Float64},
            )
            for name, (value, low, high) in values.items()
        ),
        "step_counts": pl.DataFrame(
            {**jobs, "tag": "accuracy per epoch", "points": epochs, "expected": epochs}
        ),
        "levels_seen": pl.DataFrame(
            {**jobs, "factor": "Speed", "declared": speeds, "seen": speeds, "source": "path"}
        ),
    }


def change(frames: Frames, name: str, where: pl.Expr, **values: object) -> None:
    """Put values into the rows of a frame where a condition holds."""
    frame = frames[name]
    frames[name] = frame.with_columns(
        pl.when(where).then(pl.lit(value)).otherwise(pl.col(column)).cast(frame.schema[column]).alias(column)
        for column, value in values.items()
    )


# Of a study that promises how many points there are; STP-2 is for those that do not.
PROMISED = [promise.code for promise in CATALOGUE if promise.relation not in ("warehouse", "curve_lengths")]
JOB = pl.col("container_id") == "job-3b"
ACCURACY = JOB & (pl.col("response") == "Accuracy")


def lose_a_container(frames: Frames) -> None:
    change(frames, "runs", pl.col("folder") == "exp_3", containers=1)
    for name in ("containers", "observations", "step_counts", "levels_seen"):
        frames[name] = frames[name].filter(~JOB)


def lose_a_row(frames: Frames) -> None:
    frames["observations"] = frames["observations"].filter(~ACCURACY)


def double_a_row(frames: Frames) -> None:
    frames["containers"] = pl.concat([frames["containers"], frames["containers"].filter(JOB)])


def copy_an_id(frames: Frames) -> None:
    for name in ("containers", "observations", "step_counts", "levels_seen"):
        change(frames, name, pl.col("container_id") == "job-1a", container_id="job-3b")
    change(frames, "containers", JOB, folders_with_id=2)


def lose_a_level(frames: Frames) -> None:
    frames["levels_seen"] = frames["levels_seen"].filter(~JOB)


def changing(name: str, where: pl.Expr, **values: object) -> Callable[[Frames], None]:
    return lambda frames: change(frames, name, where, **values)


def run(number: int) -> pl.Expr:
    return pl.col("run") == number


EARLIER = START - timedelta(seconds=3)
LATER = START + timedelta(seconds=3601)
# code, fault, the folders and containers it must name, a part of the sentence
FAULTS: list[tuple[str, Callable[[Frames], None], list[tuple[str | None, str | None]], str]] = [
    (
        "RUN-1",
        changing("runs", run(3), run=None),
        [("exp_3", None)],
        "exp_3: found no run of the design in its name, expected a run from 1 to 4 as in 'exp_{run}'. Rename",
    ),
    ("RUN-2", lose_a_container, [("exp_3", None)], "exp_3: found 1 containers, expected 2. Bring"),
    (
        "RUN-3",
        lose_a_row,
        [("exp_3", None)],
        "exp_3: found 2 rows of containers, 3 rows of observations, 2 rows of step_counts, "
        "expected 2 rows of containers, 4 rows of observations, 2 rows of step_counts. Read all again",
    ),
    ("RUN-3", double_a_row, [("exp_3", None)], "exp_3: found 3 rows of containers"),
    (
        "DES-1",
        changing("design_runs", run(4), folders=0),
        [(None, None)],
        "pumps, run 4 (Speed = fast, Epochs = 10): found no finished folder, expected 1. Execute the run; until",
    ),
    (
        "DES-2",
        changing("design_runs", run(4), folders=2),
        [(None, None)],
        "found 2 finished folders, expected 1.",
    ),
    (
        "CON-1",
        changing("containers", JOB, stopped_at=None, duration_seconds=None, stop_path=None, stop_line=None),
        [("exp_3", "job-3b")],
        "exp_3/stop.log: found no stop stamp of container job-3b, expected one line",
    ),
    (
        "CON-2",
        changing("containers", JOB, stopped_at=EARLIER, duration_seconds=-3.0),
        [("exp_3", "job-3b")],
        "exp_3/stop.log:3: found 10-09-2023 09:29:57 as the stop of container job-3b, expected no moment before "
        "its start, 10-09-2023 09:30:00 in exp_3/start.log:2. Correct the line that is wrong, or remove the folder.",
    ),
    (
        "CON-3",
        changing("containers", JOB, stopped_at=START, duration_seconds=0.0),
        [("exp_3", "job-3b")],
        "exp_3/stop.log:3, container job-3b: found 0 s between start and stop, expected more than 0 s.",
    ),
    (
        "CON-4",
        changing("containers", JOB, stopped_at=LATER, duration_seconds=3601.0),
        [("exp_3", "job-3b")],
        "found 3601 s between start and stop, expected at most 3600 s.",
    ),
    (
        "CON-5",
        copy_an_id,
        [("exp_1", "job-3b"), ("exp_3", "job-3b")],
        "exp_1, container job-3b: found the same id in exp_3, expected an id of its own. Remove",
    ),
    (
        "OBS-1",
        changing("observations", ACCURACY, value=None),
        [("exp_3", "job-3b")],
        "found no value of Accuracy, expected one from the tag 'accuracy per epoch' in its event files.",
    ),
    (
        "OBS-2",
        changing("observations", ACCURACY, value=math.nan),
        [("exp_3", "job-3b")],
        "exp_3, container job-3b: found Accuracy = nan, expected a finite number.",
    ),
    ("OBS-2", changing("observations", ACCURACY, value=-math.inf), [("exp_3", "job-3b")], "Accuracy = -inf"),
    (
        "OBS-3",
        changing("observations", ACCURACY, value=100.5),
        [("exp_3", "job-3b")],
        "found Accuracy = 100.5, expected 0 to 100.",
    ),
    ("OBS-3", changing("observations", ACCURACY, value=-0.5), [("exp_3", "job-3b")], "found Accuracy = -0.5"),
    (
        "RUN-4",
        changing("runs", pl.col("folder") == "exp_3", replicate="2", same_claims=2),
        [("exp_3", None)],
        "exp_3: found 2 that are replicate 2 of run 3, expected one; replicates",
    ),
    (
        "FRE-1",
        changing("freshness", pl.lit(True), age_seconds=2 * 86_400 + 1),
        [(None, None)],
        "pumps: found that its newest file was written 48.0 h ago, 10-09-2023 09:30:00, expected one of the last 2d.",
    ),
    (
        "STP-1",
        changing("step_counts", JOB, points=9),
        [("exp_3", "job-3b")],
        "found 9 points of 'accuracy per epoch', expected 10, the level of Epochs.",
    ),
    (
        "LEV-1",
        changing("levels_seen", JOB, seen="fast"),
        [("exp_3", "job-3b")],
        "exp_3, container job-3b: found Speed = fast (path), expected Speed = slow.",
    ),
    (
        "LEV-1",
        lose_a_level,
        [("exp_3", "job-3b")],
        "found no level of Speed (path, {Speed}_data), expected Speed = slow.",
    ),
]


def broken(checked: Checked) -> set[str]:
    return set(checked.verdicts.filter(~pl.col("is_kept"))["code"])


def test_whole_data_keep_every_promise(study: Study, frames: Frames) -> None:
    checked = check(study, frames)
    assert checked.breaches.is_empty()
    assert broken(checked) == set()
    assert checked.verdicts["code"].to_list() == PROMISED
    assert checked.verdicts.filter(pl.col("code") != "FRE-1")["rows_checked"].min() == 4


@pytest.mark.parametrize(("code", "fault", "where", "sentence"), FAULTS)
def test_a_fault_breaks_its_own_promise_and_no_other(
    study: Study,
    frames: Frames,
    code: str,
    fault: Callable[[Frames], None],
    where: list[tuple[str | None, str | None]],
    sentence: str,
) -> None:
    fault(frames)
    checked = check(study, frames)
    assert broken(checked) == {code}
    (verdict,) = checked.verdicts.filter(~pl.col("is_kept")).iter_rows(named=True)
    breaches = checked.breaches.sort("folder")
    assert verdict["rows_failing"] == len(where)
    assert set(breaches["code"]) == {code}
    assert set(breaches["severity"]) == {verdict["severity"]}
    assert breaches.select("folder", "container_id").rows() == where
    assert sentence in breaches["reason"][0]


def test_every_promise_about_a_study_has_a_fault_above() -> None:
    assert {code for code, *_ in FAULTS} == set(PROMISED)


def test_a_curve_shorter_than_its_mates_is_told_where_no_length_is_promised(
    tmp_path: Path, frames: Frames
) -> None:
    """A trial that diverged in Ray Tune writes no NaN: the last number before it looks like its result."""
    path = tmp_path / "pumps.toml"
    path.write_text(STUDY.replace("steps =", "# steps ="))
    points = [9 if job == "job-3b" else 10 for _, _, job in CONTAINERS]
    jobs = {
        "folder": [folder for folder, _, _ in CONTAINERS],
        "container_id": [job for _, _, job in CONTAINERS],
    }
    frames["curve_lengths"] = pl.DataFrame(
        {**jobs, "response": "Accuracy", "points": points, "usual_points": 10}
    )
    checked = check(load_study(path), frames)
    assert broken(checked) == {"STP-2"}
    assert checked.breaches.select("severity", "folder", "container_id", "reason").rows() == [
        (
            "warn",
            "exp_3",
            "job-3b",
            "exp_3, container job-3b: found 9 points of 'accuracy per epoch', expected 10, as its mates have. Look "
            "whether the job was cut short or diverged: what it logged last then counts as its result.",
        )
    ]


def test_empty_tables_keep_no_promise_where_folders_are_finished(study: Study, frames: Frames) -> None:
    whole = dict(frames)
    for name in ("containers", "observations", "step_counts", "levels_seen"):
        frames[name] = whole[name].clear()
    verdicts = check(study, frames).verdicts
    emptied = verdicts.filter(
        pl.col("relation").is_in(["containers", "observations", "step_counts", "levels_seen"])
    )
    assert not emptied["is_kept"].any()
    assert set(emptied["observed"]) == {"no row to check"}
    assert "RUN-3" in verdicts.filter(~pl.col("is_kept"))["code"]

    frames |= {"runs": whole["runs"].clear()}
    assert not check(study, frames).verdicts.filter(pl.col("relation") == "runs")["is_kept"].any()


def test_all_values_missing_leave_no_promise_about_values_kept(study: Study, frames: Frames) -> None:
    change(frames, "observations", pl.lit(True), value=None)
    verdicts = check(study, frames).verdicts
    assert not verdicts.filter(pl.col("relation") == "observations")["is_kept"].any()


def test_a_study_that_waits_for_its_first_folder_is_only_warned_of(study: Study, frames: Frames) -> None:
    waiting = {name: frame.clear() for name, frame in frames.items()}
    for runs in (waiting["runs"], frames["runs"].with_columns(state=pl.lit("unfinished"))):
        checked = check(study, waiting | {"runs": runs})
        assert checked.verdicts.select("code", "is_kept", "severity").rows() == [
            ("DES-1", False, "warn"),
            ("DES-2", True, "warn"),
        ]
        assert checked.breaches["code"].to_list() == ["DES-1"] * 4


def test_a_run_with_replicates_to_come_is_in_progress_and_not_too_many(study: Study, frames: Frames) -> None:
    checked = check(study.model_copy(update={"replicates": 2}), frames)
    assert broken(checked) == {"DES-1"}
    reasons = set(checked.breaches["reason"].str.extract(r"(found .*)"))
    assert reasons == {"found 1 finished folder, expected 2. Execute the run again."}


def test_an_unfinished_folder_is_not_judged(study: Study, frames: Frames) -> None:
    change(frames, "runs", run(3), state="unfinished")
    change(frames, "containers", JOB, stopped_at=None, duration_seconds=None)
    change(frames, "observations", JOB, value=None)
    change(frames, "step_counts", JOB, points=1)
    assert broken(check(study, frames)) == set()


def test_a_copy_in_an_unfinished_folder_is_named(study: Study, frames: Frames) -> None:
    copy_an_id(frames)
    change(frames, "runs", run(3), state="unfinished")
    (reason,) = check(study, frames).breaches["reason"]
    assert reason.startswith("exp_1, container job-3b: found the same id in exp_3")


def test_every_failing_row_is_named_however_many(study: Study, frames: Frames) -> None:
    many = pl.concat(
        frames["observations"].filter(ACCURACY).with_columns(container_id=pl.lit(f"job-{i}"), value=101.0)
        for i in range(500)
    )
    frames["observations"] = pl.concat([frames["observations"], many])
    checked = check(study, frames)
    assert checked.breaches.filter(pl.col("code") == "OBS-3")["container_id"].n_unique() == 500


def test_a_study_that_promises_less_is_asked_less(tmp_path: Path, frames: Frames) -> None:
    path = tmp_path / "pumps.toml"
    text = STUDY.split("[promises]")[0].replace("containers = 2", "").replace("replicates = 1", "")
    text = text.replace('fresh_within = "2d"', "")
    path.write_text(text.replace("range = [0, 100]", ""))
    del frames["step_counts"], frames["levels_seen"]
    change(frames, "design_runs", run(4), folders=3)
    checked = check(load_study(path), frames)
    assert broken(checked) == set()
    asked = {
        "RUN-1",
        "RUN-2",
        "RUN-3",
        "RUN-4",
        "DES-1",
        "CON-1",
        "CON-2",
        "CON-3",
        "CON-5",
        "OBS-1",
        "OBS-2",
    }
    assert set(checked.verdicts["code"]) == asked


def test_a_rule_that_cannot_run_is_a_fault_of_the_check_not_of_the_data(
    study: Study, frames: Frames, monkeypatch: pytest.MonkeyPatch
) -> None:
    for column, value in (("no_such_column", 1), ("response", 1)):
        bad = rule("OBS-3", "expect_column_values_to_be_between", column=column, min_value=value)
        monkeypatch.setattr(observations, "suite", lambda study, bad=bad: [bad])
        with pytest.raises(CheckError, match=r"promise OBS-3 could not be checked: .+"):
            check(study, frames)


def test_frames_without_what_a_promise_needs_are_refused(study: Study, frames: Frames) -> None:
    with pytest.raises(CheckError, match="found no frame 'step_counts'"):
        check(study, {name: frame for name, frame in frames.items() if name != "step_counts"})
    with pytest.raises(CheckError, match=r"the rows of observations could not be read: .*value"):
        check(study, frames | {"observations": frames["observations"].drop("value")})
    change(frames, "containers", JOB, folders_with_id=None)
    with pytest.raises(CheckError, match="found 1 rows of containers without folders_with_id"):
        check(study, frames)


def test_promises_can_be_listed_without_loading_anything_heavy() -> None:
    code = "import sys, expectations.promises, expectations.check; print('great_expectations' in sys.modules)"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout == "False\n"


def test_codes_are_unique_and_say_where_they_belong() -> None:
    assert len({promise.code for promise in CATALOGUE}) == len(CATALOGUE)
    assert all(promise.sentence.endswith(".") and promise.remedy.endswith(".") for promise in CATALOGUE)


def test_studies_that_are_checked_together_are_judged_as_each_alone(study: Study, frames: Frames) -> None:
    late = pl.when(pl.col("folder") == "exp_3").then(None).otherwise("started_at").alias("started_at")
    damaged = frames | {"containers": frames["containers"].with_columns(late)}
    fewer = {
        name: frame.filter(pl.col("folder") != "exp_2") for name, frame in frames.items() if "folder" in frame
    }
    strict = study.model_copy(
        update={"name": "strict", "promises": study.promises.model_copy(update={"longest_seconds": 62.0})}
    )
    empty = {name: frame.clear() for name, frame in frames.items()} | {"design_runs": frames["design_runs"]}
    data = [(study, frames), (strict, frames), (study, damaged), (study, empty), (strict, frames | fewer)]
    together = check_all(data)
    for found, (each, its) in zip(together, data, strict=True):
        alone = check(each, its)
        assert found.verdicts.equals(alone.verdicts)
        assert found.breaches.equals(alone.breaches)
    # The fourth has no row to check, so it keeps nothing but what its design promises.
    assert [place for place, each in enumerate(together) if "CON-1" in broken(each)] == [2, 3]
    assert [place for place, each in enumerate(together) if "CON-4" in broken(each)] == [1, 3, 4]
