"""The views of what was logged, on a few rows each, against rows worked out by hand."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

Lay = Callable[..., None]
Ask = Callable[..., list[tuple[Any, ...]]]


@pytest.fixture
def two_folders(lay: Lay, noon: datetime) -> None:
    """Folder `a` of the study s with two containers, folder `b` of the study t with one."""
    lay(
        "folders",
        "folder_id folder study run replicate state is_gone",
        (1, "a", "s", 1, "x", "finished", False),
        (2, "b", "t", 1, None, "finished", False),
    )
    second = timedelta(seconds=1)
    lay(
        "containers",
        "container_key container_id folder_id created_at started_at stopped_at event_files",
        (10, "c10", 1, noon - 5 * second, noon, noon + 86_400 * second, 1),
        (11, "c11", 1, None, noon + 1.5 * second, noon + 3.75 * second, 2),
        (20, "c20", 2, noon, noon, None, 0),
    )


def test_container_times_are_seconds_between_stamps(two_folders: None, ask: Ask) -> None:
    assert ask(
        "select study, folder, container_id, queue_seconds, duration_seconds, response_seconds "
        "from container_times order by container_key"
    ) == [
        ("s", "a", "c10", 5.0, 86_400.0, 86_405.0),
        ("s", "a", "c11", None, 2.25, None),
        ("t", "b", "c20", 0.0, None, None),
    ]


@pytest.fixture
def logged(two_folders: None, lay: Lay, noon: datetime) -> None:
    """Loss and accuracy of both containers; the first attempt at step 2 of c10 is superseded."""
    lay("tags", "tag_id tag", (1, "loss"), (2, "accuracy"))
    lay("files", "file_id folder_id path", (100, 1, "a/events"), (200, 2, "b/events"))
    lay(
        "points",
        "container_key tag_id file_id step logged_at value is_superseded",
        (10, 1, 100, 1, noon, 8.0, False),
        (10, 1, 100, 2, noon, -99.0, True),
        (10, 1, 100, 3, noon, 4.0, False),
        (10, 1, 100, 2, noon, 2.0, False),
        (10, 2, 100, 3, None, 0.5, False),
        (11, 1, 100, 7, noon, 1.0, False),
        (20, 1, 200, 1, noon, 3.0, False),
    )


def test_metrics_show_every_scalar_with_its_names_superseded_ones_too(
    logged: None, ask: Ask, noon: datetime
) -> None:
    assert ask("select count(*) from metrics") == [(7,)]
    assert ask(
        "select study, run, folder, container_id, tag, step, logged_at, value, is_superseded, path "
        "from metrics where container_id = 'c10' and step = 2 order by value"
    ) == [
        ("s", 1, "a", "c10", "loss", 2, noon, -99.0, True, "a/events"),
        ("s", 1, "a", "c10", "loss", 2, noon, 2.0, False, "a/events"),
    ]


def test_final_metrics_reduce_each_tag_by_step_and_leave_out_what_was_superseded(
    logged: None, ask: Ask
) -> None:
    assert ask(
        "select container_id, tag, points, last_step, last_value, first_value, max_value, min_value, mean_value "
        "from final_metrics order by container_key, tag"
    ) == [
        ("c10", "accuracy", 1, 3, 0.5, 0.5, 0.5, 0.5, 0.5),
        ("c10", "loss", 3, 3, 4.0, 8.0, 8.0, 2.0, 14 / 3),
        ("c11", "loss", 1, 7, 1.0, 1.0, 1.0, 1.0, 1.0),
        ("c20", "loss", 1, 1, 3.0, 3.0, 3.0, 3.0, 3.0),
    ]


@pytest.mark.parametrize(
    ("reduce", "expected"), [("last", 4.0), ("first", 8.0), ("max", 8.0), ("min", 2.0), ("mean", 14 / 3)]
)
def test_measurements_reduce_a_metric_as_declared(
    logged: None, lay: Lay, ask: Ask, reduce: str, expected: float
) -> None:
    lay(
        "responses",
        "study response response_position metric reduce unit low",
        ("s", "L", 1, "loss", reduce, "nat", 0.0),
    )
    assert ask("select container_id, value, unit, low, high from measurements order by container_id") == [
        ("c10", expected, "nat", 0.0, None),
        ("c11", 1.0, "nat", 0.0, None),
    ]


@pytest.mark.parametrize(
    ("stamps", "expected"),
    [
        (("create", "start"), [5.0, None]),
        (("start", "stop"), [86_400.0, 2.25]),
        (("create", "stop"), [86_405.0, None]),
    ],
)
def test_measurements_take_seconds_between_two_stamps(
    two_folders: None, lay: Lay, ask: Ask, stamps: tuple[str, str], expected: list[float | None]
) -> None:
    lay("responses", "study response response_position from_stamp to_stamp", ("s", "T", 1, *stamps))
    assert ask("select value from measurements order by container_id") == [(each,) for each in expected]


def test_measurements_have_a_row_for_every_response_also_where_it_is_missing(
    logged: None, lay: Lay, ask: Ask
) -> None:
    lay(
        "responses",
        "study response response_position metric reduce",
        ("s", "A", 1, "accuracy", "last"),
        ("s", "N", 2, "never logged", "last"),
    )
    assert ask("select container_id, response, value from measurements order by all") == [
        ("c10", "A", 0.5),
        ("c10", "N", None),
        ("c11", "A", None),
        ("c11", "N", None),
    ]


@pytest.fixture
def judged(lay: Lay, noon: datetime) -> None:
    """A folder of each kind, each with one container and a value; run 3 is a centre point."""
    lay(
        "treatments",
        "study run factor factor_position level sign is_center",
        *(
            ("s", run, "A", 1, level, sign, run == 3)
            for run, level, sign in [(1, "lo", -1.0), (2, "hi", 1.0), (3, "mid", 0.0)]
        ),
        *(("s", run, "B", 2, "b", -1.0, run == 3) for run in (1, 2, 3)),
    )
    folders = [
        ("good", 1, "finished", False),
        ("centre", 3, "finished", False),
        ("warned", 2, "finished", False),
        ("gone", 2, "finished", True),
        ("waiting", 1, "unfinished", False),
        ("broken", 1, "finished", False),
        ("misread", 2, "finished", False),
        ("misread_and_waiting", 2, "unfinished", False),
        ("of_no_run", None, "finished", False),
    ]
    lay(
        "folders",
        "folder_id folder study run state is_gone first_night_id night_id",
        *(
            (key, name, "s", run, state, gone, 1, 1)
            for key, (name, run, state, gone) in enumerate(folders, 1)
        ),
    )
    lay(
        "containers",
        "container_key container_id folder_id started_at stopped_at",
        *((key, f"c{key}", key, noon, noon + timedelta(seconds=key)) for key in range(1, len(folders) + 1)),
    )
    lay(
        "responses",
        "study response response_position from_stamp to_stamp unit",
        ("s", "T", 1, "start", "stop", "s"),
    )
    lay(
        "breaches",
        "study folder code severity reason",
        ("s", "broken", "OBS-3", "stop", "beyond its range"),
        ("s", "broken", "CON-2", "stop", "stops early"),
        ("s", "warned", "CON-3", "warn", "no time at all"),
        ("s", None, "DES-1", "warn", "run 4 is missing"),
        ("s", "misread", "OBS-1", "stop", "no value"),
    )
    lay(
        "findings",
        "study folder code outcome path line reason",
        ("s", "misread", "Q301", "quarantined", "misread/stop.log", 3, "another form"),
        ("s", "misread_and_waiting", "Q315", "quarantined", "misread_and_waiting/events", None, "damaged"),
        ("s", "good", "R101", "repaired", "good/start.log", None, "trailing blanks"),
        ("s", "waiting", "W202", "waiting", None, None, "not stopped"),
        (None, "photos", "W208", "waiting", None, None, "unclaimed"),
        ("other", "good", "Q301", "quarantined", None, None, "of another study"),
    )


def test_runs_tell_how_each_folder_stands_and_why(judged: None, ask: Ask) -> None:
    assert ask("select folder, verdict, reason, containers, is_gone from runs order by folder_id") == [
        ("good", "accepted", None, 1, False),
        ("centre", "accepted", None, 1, False),
        ("warned", "accepted", None, 1, False),
        ("gone", "accepted", None, 1, True),
        ("waiting", "unfinished", None, 1, False),
        ("broken", "quarantined", "stops early", 1, False),
        ("misread", "quarantined", "another form", 1, False),
        ("misread_and_waiting", "quarantined", "damaged", 1, False),
        ("of_no_run", "accepted", None, 1, False),
    ]
    assert ask("select levels, is_center from runs where folder in ('good', 'centre') order by folder") == [
        ({"A": "mid", "B": "b"}, True),
        ({"A": "lo", "B": "b"}, False),
    ]


def test_observations_are_the_measurements_of_accepted_folders(judged: None, ask: Ask) -> None:
    assert ask(
        "select folder, run, value, levels['A'], is_center, unit from observations order by container_key"
    ) == [
        ("good", 1, 1.0, "lo", False, "s"),
        ("centre", 3, 2.0, "mid", True, "s"),
        ("warned", 2, 3.0, "hi", False, "s"),
        ("gone", 2, 4.0, "hi", False, "s"),
    ]


def test_quarantine_has_bad_lines_and_broken_stop_promises(judged: None, ask: Ask) -> None:
    assert ask(
        "select folder, file, line, code, reason from quarantine where study = 's' order by code, folder"
    ) == [
        ("broken", None, None, "CON-2", "stops early"),
        ("misread", None, None, "OBS-1", "no value"),
        ("broken", None, None, "OBS-3", "beyond its range"),
        ("misread", "misread/stop.log", 3, "Q301", "another form"),
        ("misread_and_waiting", "misread_and_waiting/events", None, "Q315", "damaged"),
    ]
