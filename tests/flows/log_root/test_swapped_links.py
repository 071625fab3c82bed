"""A link that is swapped in between a check and the opening leads nowhere, in one read and through a whole night."""

import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from flows.log_root.regular_file import LogRoot, RefusedError
from flows.night import Order, night
from tests.houses import NOW, ask, verdicts, without_pages
from tests.torture.folders import event_file, write_least_study, write_small_folder

MINE, SECRET = b"10-21-2023 10:00:00 a\n", b"not yours\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for folder, content in (("logs/exp_1/job", MINE), ("away/job", SECRET)):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "start.log").write_bytes(content)
        (tmp_path / folder / "stop.log").write_bytes(content)
    return tmp_path / "logs"


def put_link(path: Path, target: Path) -> None:
    path.rename(path.with_name(f"{path.name}.old"))
    path.symlink_to(target)


def away(root: Path, path: str) -> Path:
    """What stands outside for a path below the root."""
    return root.parent / path.replace("exp_1", "away", 1)


@pytest.mark.parametrize("step", ["exp_1", "exp_1/job", "exp_1/job/start.log"])
def test_a_link_swapped_in_at_the_last_moment_is_refused(
    root: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """At each step of the way the swap happens right before the kernel is asked to open it."""
    opened = os.open

    def swap_then_open(path: Any, flags: int, *rest: Any, **named: Any) -> int:
        if path == Path(step).name:
            monkeypatch.setattr(os, "open", opened)
            put_link(root / step, away(root, step))
        return opened(path, flags, *rest, **named)

    with LogRoot(root) as logs:
        monkeypatch.setattr(os, "open", swap_then_open)
        with pytest.raises(RefusedError) as refused:
            logs.read("exp_1/job/start.log")
    assert refused.value.code == "Q316"
    assert (root / "exp_1/job/start.log").read_bytes() == SECRET  # whoever follows links is led astray


def test_a_folder_swapped_between_two_of_its_files_leads_nowhere(root: Path) -> None:
    with LogRoot(root) as logs:
        assert logs.read("exp_1/job/start.log").content == MINE
        put_link(root / "exp_1", root.parent / "away")
        assert logs.read("exp_1/job/stop.log").content == MINE  # of the folder that was opened
    with LogRoot(root) as logs, pytest.raises(RefusedError):
        logs.read("exp_1/job/stop.log")


def test_a_file_that_is_a_link_every_other_moment_never_gives_what_it_leads_to(root: Path) -> None:
    path, link, aside = (root / "exp_1" / "job" / name for name in ("start.log", "link", "aside"))
    ended = threading.Event()

    def swap() -> None:
        while not ended.is_set():
            link.symlink_to(away(root, "exp_1/job/start.log"))
            link.replace(path)
            aside.write_bytes(MINE)
            aside.replace(path)

    swapping = threading.Thread(target=swap)
    swapping.start()
    read, refused = 0, 0
    try:
        with LogRoot(root) as logs:
            for _ in range(200_000):
                try:
                    assert logs.read("exp_1/job/start.log").content == MINE
                    read += 1
                except RefusedError as error:
                    assert error.code == "Q316"
                    refused += 1
                if min(read, refused) >= 500:
                    break
    finally:
        ended.set()
        swapping.join()
    assert read and refused, "the swaps were never met"


@pytest.mark.parametrize(
    "place",
    [lambda folder: folder / "start.log", event_file, lambda folder: event_file(folder).parent],
    ids=["log", "event_file", "folder"],
)
def test_a_link_swapped_in_between_the_stages_of_a_night_is_not_followed(
    tmp_path: Path, place: Callable[[Path], Path]
) -> None:
    order = Order(tmp_path / "logs", tmp_path / "studies", tmp_path / "house")
    write_least_study(order.studies)
    folder = write_small_folder(order.logs, "1_a")
    write_small_folder(order.logs, "2_a")
    path = place(folder)

    def swap_after_discovery(stage: Callable[..., Any], *arguments: Any) -> Any:
        done = without_pages(stage, *arguments)
        if stage.__name__ == "discover_folders":
            path.rename(tmp_path / "aside")
            path.symlink_to(tmp_path / "aside")  # the very same bytes, but outside
        return done

    night(order, NOW, swap_after_discovery)
    assert verdicts(order) == {"1_a": "quarantined", "2_a": "accepted"}
    refused = "select distinct reason from findings where folder = '1_a' and code = 'Q316'"
    assert all("found a link" in told for (told,) in ask(order, refused)) and ask(order, refused)
    relative = os.path.relpath(path, order.logs)
    query = f"select coalesce(sum(read_bytes), 0) from files where starts_with(path, '{relative}')"  # noqa: S608
    assert ask(order, query) == [(0,)]
