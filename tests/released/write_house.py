"""Writes a house of the checked-out doehouse, to be stored: five nights, with something of all that a house can hold.

Run once for each released version, in a checkout of it, so that later versions can be tried on what it left:

    git worktree add /tmp/released 4f8c938
    cd /tmp/released && PYTHONPATH=. python .../tests/released/write_house.py /tmp/stored
    rm -r /tmp/stored/house/versions/00000[1-4]  # the last one says what the others said
    tar -C /tmp/stored -cJf .../tests/released/0.1.0.tar.xz --format=posix --exclude assets/charts.js .
"""

import shutil
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tensorboard.compat.proto import event_pb2, summary_pb2, tensor_pb2, types_pb2

from flows.night import Order, night
from tests.log_folders import edit
from tests.torture.folders import container_ids, event_file, write_small_folder, write_small_study
from tests.torture.test_decision_table import record

NOW = datetime(2023, 10, 20, 2, 30, tzinfo=UTC)


def text_event(tag: str, content: str) -> bytes:
    """A record with a text, as the text plugin writes it."""
    metadata = summary_pb2.SummaryMetadata(
        plugin_data=summary_pb2.SummaryMetadata.PluginData(plugin_name="text")
    )
    tensor = tensor_pb2.TensorProto(dtype=types_pb2.DT_STRING, string_val=[content.encode()])
    value = summary_pb2.Summary.Value(tag=tag, metadata=metadata, tensor=tensor)
    event = event_pb2.Event(wall_time=1696843860.0, step=1, summary=summary_pb2.Summary(value=[value]))
    return record(event.SerializeToString())


def append(path: Path, content: bytes) -> None:
    path.write_bytes(path.read_bytes() + content)


def write(root: Path) -> None:
    """Log folders, study and house below `root`, as they stand after five nights."""
    order = Order(root / "logs", root / "studies", root / "house")
    write_small_study(order.studies, restarts="last")
    for run in range(1, 5):
        write_small_folder(order.logs, f"{run}_a", (60.0 + run, 70.0 + 2 * run, 80.0 + run * run))
    append(event_file(order.logs / "1_a"), text_event("notes", "the first of all"))
    spend(order, 0)

    for run in range(1, 5):
        write_small_folder(order.logs, f"{run}_b", (60.0, 70.0, 80.0 + run))
    restarted = write_small_folder(order.logs, "1_restarted")
    first = container_ids("1_restarted")[0]
    edit(restarted / "start.log", lambda text: f"10-09-2023 09:20:00 {first}\n{text}")
    running = write_small_folder(order.logs, "2_running")
    stop_log = (running / "stop.log").read_text()
    edit(running / "stop.log", lambda text: text.splitlines(keepends=True)[0])
    torn = event_file(write_small_folder(order.logs, "3_torn"))
    torn.write_bytes(torn.read_bytes()[:-5])
    write_small_folder(order.logs, "unclaimed")
    spend(order, 1)

    edit(running / "stop.log", lambda _: stop_log)
    spend(order, 2)

    shutil.rmtree(order.logs / "4_a")
    edit(order.logs / "2_a" / "stop.log", lambda text: text[:20])
    spend(order, 3)

    write_small_folder(order.logs, "4_c", (10.0, 20.0, 95.0))
    spend(order, 4)


def spend(order: Order, days: int) -> None:
    summary = night(order, NOW + timedelta(days=days))
    print(summary.night)
    assert summary.version, days


if __name__ == "__main__":
    write(Path(sys.argv[1]))
