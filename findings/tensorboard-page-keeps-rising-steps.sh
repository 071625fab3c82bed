#!/usr/bin/env bash
# Most would guess that TensorBoard's page shows every value that was logged under a tag (a few of them sampled).
# Its default data server drops, per tag, all earlier points whose step is not below that of the newest: of five values
# logged without a step one is left, of two loops that share a tag the faster one disappears. EventAccumulator keeps all.
# Who checks a run on the page sees a smooth curve and a final value where the file holds many.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check tensorboardX==2.6.5 tensorboard==2.21.0
cd "$folder"
"$folder/venv/bin/python" - <<'PROGRAM'
import time

from tensorboard import version
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.context import RequestContext
from tensorboard.data import server_ingester
from tensorboard.util import grpc_util
from tensorboardX import SummaryWriter

with SummaryWriter("logs") as writer:
    for value in (5.0, 4.0, 3.0, 2.0, 1.0):
        writer.add_scalar("without_step", value)
    for step in (0, 10, 1, 11, 2, 12):
        writer.add_scalar("two_loops", float(step), step)

server = server_ingester.SubprocessServerDataIngester(
    server_ingester.get_server_binary(), "logs", reload_interval=0,
    channel_creds_type=grpc_util.ChannelCredsType.LOCAL, samples_per_plugin={"scalars": 0},
)
server.start()
for _ in range(60):
    runs = server.data_provider.read_scalars(
        RequestContext(), experiment_id="", plugin_name="scalars", downsample=1000
    )
    if runs:
        break
    time.sleep(0.5)
time.sleep(1)
runs = server.data_provider.read_scalars(RequestContext(), experiment_id="", plugin_name="scalars", downsample=1000)
page = {tag: [point.value for point in points] for tag, points in runs["."].items()}
reader = EventAccumulator("logs", {"scalars": 0}).Reload()
print("tensorboard", version.VERSION)
for tag in ("without_step", "two_loops"):
    print(tag, "EventAccumulator", [point.value for point in reader.Scalars(tag)], "page", page[tag])
assert page == {"without_step": [1.0], "two_loops": [0.0, 1.0, 2.0, 12.0]}, page
assert len(reader.Scalars("without_step")) == 5 and len(reader.Scalars("two_loops")) == 6
PROGRAM
