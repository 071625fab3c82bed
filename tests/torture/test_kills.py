"""Nights killed with SIGKILL at random moments, on a log root that grows."""

import os
import random
import signal
import time
from collections.abc import Mapping
from pathlib import Path

from sample.write_logs import scalar
from tests.torture.conftest import Place
from tests.torture.conservation import check_conservation
from tests.torture.folders import TAG, event_file, write_small_folder
from tests.torture.published import check_whole


def grow(logs: Path, step: int) -> None:
    """A new folder, one that goes on, and now and then one that is spoiled or vanishes."""
    from tensorboard.summary.writer.record_writer import RecordWriter

    new = write_small_folder(logs, f"{1 + step % 2}_n{step:03d}")
    if step % 3 == 1:
        with event_file(new).open("ab") as stream:
            stream.write(b"\x18\0\0\0")
    if step % 3 == 2:
        old = event_file(logs / f"{1 + (step - 1) % 2}_n{step - 1:03d}")
        with old.open("ab") as stream:
            RecordWriter(stream).write(scalar(1.7e9, 9, TAG, 50.0).SerializeToString())
    if step % 5 == 4:
        gone = logs / f"{1 + (step - 4) % 2}_n{step - 4:03d}"
        gone.rename(logs.parent / gone.name)


def test_a_killed_night_leaves_the_version_before_or_after_it(
    place: Place, figures: dict[str, str], is_full: bool, tmp_path: Path
) -> None:
    kills = 200 if is_full else 16
    draw = random.Random(20231123)
    how = {"has_two_pages": not is_full}
    undisturbed = place._replace(house=place.house._replace(root=tmp_path / "undisturbed"))
    allowed: list[Mapping[str, str] | None] = [None]  # what the nights on each state of the log root give
    published = 0  # the state that is published
    killed = states = staged = 0
    seconds = 0.0  # that a night takes now
    while killed < kills:
        # A house that is up to date has nothing to do; a state is left behind unpublished now and then, and with the
        # short counts after four kills.
        if published == len(allowed) - 1 or draw.random() < 0.05 or (not is_full and killed >= 4 * states):
            grow(place.logs, states)
            states += 1
            begun = time.monotonic()
            ended = undisturbed.night(**how)
            seconds = time.monotonic() - begun
            assert not ended.error, ended
            allowed.append(check_whole(undisturbed.house))
            check_conservation(undisturbed.house.root, place.logs)
        pid = place.begin(**how)
        time.sleep(draw.uniform(0, 1.02 * seconds))
        os.kill(pid, signal.SIGKILL)
        ended = place.server.wait(pid)
        killed += ended.signal == signal.SIGKILL
        now = check_whole(place.house)
        assert now in (allowed[published], allowed[-1]), "neither the version before nor the one after"
        if now == allowed[-1]:
            published = len(allowed) - 1
        staged += ended.signal == signal.SIGKILL and any(place.house.staging.glob("*"))
    ended = place.night(**how)
    assert not ended.error, ended
    assert check_whole(place.house) == allowed[-1], "not the same rows as without any kill"
    size = check_conservation(place.house.root, place.logs)
    figures["kill -9 at random moments"] = (
        f"{killed} nights killed over {states} states of the log root, {staged} with work in staging: each time whole, "
        f"the version before or after, 0 others; at the end every row as in an undisturbed house, "
        f"{size:,} bytes of input accounted for"
    )
