"""Nights on a cluster whose workers, scheduler and coordinator are killed at random moments."""

import os
import random
import signal
import time
from collections.abc import Mapping
from pathlib import Path

import psutil

from tests.dask_cluster import DaskCluster, dask_cluster
from tests.torture.conftest import Place
from tests.torture.conservation import check_conservation
from tests.torture.published import check_whole
from tests.torture.test_kills import grow

BATCH_BYTES = 2_000  # a folder or two


def worker_of(cluster: DaskCluster, draw: random.Random) -> int | None:
    """A process that reads batches, below one of the nannies that bring up another when it dies."""
    nannies = [process for process in cluster.processes[1:] if process.poll() is None]
    found = [child for nanny in nannies for child in psutil.Process(nanny.pid).children(recursive=True)]
    return draw.choice(found).pid if found else None


def test_a_night_on_a_cluster_leaves_the_version_before_or_after_it_whoever_is_killed(
    place: Place, figures: dict[str, str], is_full: bool, tmp_path: Path
) -> None:
    kills = 60 if is_full else 4
    draw = random.Random(20261128)
    how = {"has_two_pages": True, "batch_bytes": BATCH_BYTES}
    undisturbed = place._replace(house=place.house._replace(root=tmp_path / "undisturbed"))
    before: Mapping[str, str] | None = None
    ended_well = killed = 0
    for first in range(0, kills, 4):
        home = tmp_path / f"dask-{first}"
        home.mkdir()
        with dask_cluster(home, 2, "--nanny") as cluster:
            for number in range(first, first + 4):
                grow(place.logs, number)
                begun = time.monotonic()
                assert not undisturbed.night(**how).error
                seconds = time.monotonic() - begun
                after = check_whole(undisturbed.house)
                pid = place.begin(**how, cluster=cluster.address)
                time.sleep(draw.uniform(0, 2 * seconds))
                # Without its scheduler a cluster is none: it is the last to go.
                victims = [worker_of(cluster, draw), worker_of(cluster, draw), pid, cluster.scheduler.pid]
                if victim := victims[number % 4]:
                    os.kill(victim, signal.SIGKILL)
                    killed += 1
                ended = place.server.wait(pid)
                now = check_whole(place.house)
                assert now in (before, after), (victims, ended)
                assert ended.error or ended.signal or now == after, ended
                assert ended.error in ("", "HouseError"), ended
                ended_well += now == after
                if now != after:
                    assert not place.night(**how).error
                    assert check_whole(place.house) == after, "not the same rows as without any kill"
                check_conservation(place.house.root, place.logs)
                before = after
    figures["kill -9 on a cluster"] = (
        f"{killed} workers, schedulers and coordinators killed in {kills} nights: {ended_well} ended well all the "
        f"same, {kills - ended_well} left the version before, 0 anything else; the next night gave every row"
    )
