"""Record what a writer of event files writes, and what TensorBoard 2.21.0 makes of it, as cases of a test.

A writer's record.py hands over its cases, functions that log into a folder. Each becomes CASE/logs (the files, with
`worker` for this machine's name) and CASE/expected.json: about, and per run (the path of a folder below logs) its
files in the order TensorBoard reads them, and per tag every [step, value] in the order of writing (`written`), what
TensorBoard's EventAccumulator ends with (`tensorboard`; size guidance 0, purge on) and what its page shows (`shown`;
by the data server that it starts unless told otherwise, nothing sampled away). The two readers differ on purpose and
by accident: see findings/.
"""

import json
import re
import shutil
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tensorboard.backend.event_processing import event_accumulator, event_file_loader, io_wrapper
from tensorboard.context import RequestContext
from tensorboard.data import server_ingester
from tensorboard.util import grpc_util, tensor_util

Point = tuple[int, float]


def number(value: Any) -> float | None:
    """The scalar in a summary value, or none where it holds something else (text, hparams, a histogram)."""
    kind = value.WhichOneof("value")
    if kind == "simple_value":
        return value.simple_value
    if kind == "tensor" and value.tensor.dtype in (1, 2, 3, 9) and not value.tensor.tensor_shape.dim:
        return float(tensor_util.make_ndarray(value.tensor).item())
    return None


def written(files: list[Path]) -> dict[str, list[Point]]:
    """Each tag's points by the clock of their events: the order in which the program logged them."""
    events = [event for path in files for event in event_file_loader.LegacyEventFileLoader(str(path)).Load()]
    tags: dict[str, list[Point]] = {}
    for event in sorted(events, key=lambda event: event.wall_time):
        for value in event.summary.value:
            if (scalar := number(value)) is not None:
                tags.setdefault(value.tag, []).append((event.step, scalar))
    return tags


def accumulated(folder: Path) -> dict[str, list[Point]]:
    """Each tag's points as TensorBoard's reader ends with them."""
    reader = event_accumulator.EventAccumulator(
        str(folder), {"scalars": 0, "tensors": 0}, purge_orphaned_data=True
    )
    reader.Reload()
    tags = {
        tag: [(point.step, point.value) for point in reader.Scalars(tag)] for tag in reader.Tags()["scalars"]
    }
    for tag in reader.Tags()["tensors"]:
        points = [(point.step, tensor_util.make_ndarray(point.tensor_proto)) for point in reader.Tensors(tag)]
        if points and all(array.ndim == 0 and array.dtype.kind in "fi" for _, array in points):
            tags[tag] = [(step, float(array)) for step, array in points]
    return tags


def shown(logs: Path) -> dict[str, dict[str, list[Point]]]:
    """Each run's tags and their points as TensorBoard's page shows them, from its default data server."""
    server = server_ingester.SubprocessServerDataIngester(
        server_ingester.get_server_binary(),
        str(logs),
        reload_interval=0,
        channel_creds_type=grpc_util.ChannelCredsType.LOCAL,
        samples_per_plugin={"scalars": 0},
    )
    server.start()
    time.sleep(2)
    asked = {"experiment_id": "", "plugin_name": "scalars"}
    runs = server.data_provider.read_scalars(RequestContext(), downsample=10**6, **asked)
    return {
        run: {tag: [(point.step, point.value) for point in points] for tag, points in tags.items()}
        for run, tags in runs.items()
    }


def expectation(logs: Path) -> dict[str, Any]:
    """Every run below a case's logs, as the case's expected.json has it."""
    runs, page = {}, shown(logs)
    for folder in sorted(path for path in [logs, *logs.rglob("*")] if path.is_dir()):
        files = [
            Path(name) for name in sorted(io_wrapper.ListDirectoryAbsolute(str(folder))) if "tfevents" in name
        ]
        if files:
            was, ends = written(files), accumulated(folder)
            run = folder.relative_to(logs).as_posix()
            tags = {
                tag: {
                    "written": was[tag],
                    "tensorboard": ends.get(tag, []),
                    "shown": page.get(run, {}).get(tag, []),
                }
                for tag in sorted(was)
            }
            runs[run] = {"files": [path.name for path in files], "tags": tags}
    return runs


def begin_of_a_second() -> None:
    """Wait for it, so that what follows is begun in one second."""
    time.sleep(1 - time.time() % 1 + 0.05)


def record(here: Path, writer: str, cases: list[Callable[[Path], None]]) -> None:
    """Run the cases; a case's docstring is what its expected.json says about it."""
    for case in cases:
        folder = here / case.__name__
        shutil.rmtree(folder, ignore_errors=True)
        logs = folder / "logs"
        logs.mkdir(parents=True)
        case(logs)
        for path in sorted(logs.rglob("*tfevents*")):
            path.rename(path.with_name(path.name.replace(f".{socket.gethostname()}", ".worker")))
        expect(folder, {"writer": writer, "about": case.__doc__})


def expect(folder: Path, about: dict[str, Any]) -> None:
    """Write the expected.json of a case whose logs stand."""
    text = json.dumps({**about, "runs": expectation(folder / "logs")}, indent=1)
    (folder / "expected.json").write_text(compact(text) + "\n")
    print(folder.parent.name, folder.name)


def compact(text: str) -> str:
    """One line a list of points, not four."""
    text = re.sub(r"\[\s+(-?\d+),\s+([-\w.+]+)\s+\]", r"[\1, \2]", text)
    return re.sub(r"\],\s+\[", "], [", text)


if __name__ == "__main__":  # read the recorded files again, with what is written about them kept
    for path in sorted((Path(__file__).parent / "events").rglob("expected.json")):
        expect(
            path.parent, {key: value for key, value in json.loads(path.read_text()).items() if key != "runs"}
        )
