"""The trials of what runs on other machines: the workers of a cluster, a bucket, a lake; all of them here, on loopback."""

import os
import shutil
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest import mock

from tests.bench import log_roots
from tests.bench.trial import Figures, bare_read, start_up, timed, walk

WORKERS = 2
LATER = 2  # folders that are new when a house is shared again


def cluster(root: str) -> Figures:
    """Extraction by the workers of a cluster beside the same in this process, both after their imports."""
    from flows.discovery.discover import Known, discover
    from flows.reading import extract as reading
    from flows.reading.batches import batches
    from flows.warehouse.warehouse import relations
    from models.declared.study import load_studies
    from tests.dask_cluster import dask_cluster

    start_up()
    logs, now = Path(root, "logs").absolute(), datetime.now(UTC)
    bare_read(walk(logs))
    studies = load_studies(Path(root, "studies"), relations()).studies
    found = discover(logs, studies, Known.nothing(), now)
    work = batches(list(enumerate(found.new, 1)), 1, {})
    with TemporaryDirectory() as folder, mock.patch.object(reading, "POOL_BYTES", 1 << 60):
        home = Path(folder)
        (home / "dask").mkdir()

        def extract(address: str = "") -> float:
            staging = home / "shards"
            spent = timed(lambda: reading.extract(logs, studies, work, staging, now, address))
            shutil.rmtree(staging)
            return spent

        with dask_cluster(home / "dask", WORKERS) as started:
            extract(started.address)
            rounds = [(extract(), extract(started.address)) for _ in range(3)]
    here, there = (min(each) for each in zip(*rounds, strict=True))
    return {"here": here, "cluster": there, "batches": len(work)}


def bucket(root: str) -> Figures:
    """Listing a log root in a bucket beside the walk over it on a disk."""
    from obstore.store import S3Store

    from flows.log_root.bucket import Bucket
    from tests.object_store import object_store

    logs = Path(root, "logs").absolute()
    paths = walk(logs)
    with TemporaryDirectory() as folder, object_store(Path(folder)) as server:
        os.environ.update(server.environment)
        store = S3Store("lab", prefix="logs")
        for path in paths:
            store.put(os.path.relpath(path, logs), Path(path))
        address = Path(f"{server.bucket}/logs")
        Bucket(address)
        listing = min(own(lambda: Bucket(address)) for _ in range(3))
    return {"listing": listing, "walk": min(own(lambda: walk(logs)) for _ in range(3)), "objects": len(paths)}


def own(work: Callable[[], object]) -> float:
    """CPU seconds of this process alone: the server that answers is another machine's."""
    before = time.process_time()
    work()
    return time.process_time() - before


def lake(root: str, house: str) -> Figures:
    """Sharing a house, then a night of a few new folders; the CPU of the sharer, and the bytes in the lake."""
    from flows.house.house import House
    from flows.lake.share import Lake, share
    from flows.night import Order
    from tests.bench.__main__ import clone
    from tests.houses import spend
    from tests.postgres import PASSWORD, postgres

    os.environ["PGPASSWORD"] = PASSWORD
    start_up()
    copy = Path(house).with_name("house_shared")
    clone(Path(house), copy)
    with TemporaryDirectory() as folder, postgres() as server:
        shelf = Lake(server.catalogue(), f"{folder}/lake", "bench")
        whole = timed(lambda: share(House.at(copy), shelf))
        size = sum(path.stat().st_size for path in Path(shelf.data).rglob("*.parquet"))
        database = House.at(copy).warehouse.stat().st_size
        folders = sum(1 for _ in Path(root, "logs").iterdir())
        with log_roots.new_folders(Path(root), range(folders, folders + LATER)):
            spend(Order(Path(root, "logs"), Path(root, "studies"), copy), datetime.now(UTC))
            later = timed(lambda: share(House.at(copy), shelf))
        more = sum(path.stat().st_size for path in Path(shelf.data).rglob("*.parquet")) - size
        nothing = timed(lambda: share(House.at(copy), shelf))
    shutil.rmtree(copy)
    return {
        "whole": whole,
        "later": later,
        "nothing": nothing,
        "bytes": size,
        "more": more,
        "database": database,
    }
