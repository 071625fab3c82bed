#!/usr/bin/env bash
# Most would guess that EventAccumulator's purge_orphaned_data (on by default) treats the same restart the same way.
# It purges scalars written as simple_value (PyTorch, tensorboardX) and leaves those written as tensors (TensorBoard's
# own writer, TensorFlow 2, Keras) alone: one curve ends at the restart, the other keeps both attempts.
# Who compares runs of two frameworks compares a final value with a mixture of two attempts.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check tensorboard==2.21.0
cd "$folder"
"$folder/venv/bin/python" - <<'PROGRAM'
import time

import numpy as np
from tensorboard import version
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.compat.proto.event_pb2 import Event, SessionLog
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.plugins.scalar.summary_v2 import scalar_pb
from tensorboard.summary.writer.event_file_writer import EventFileWriter


def plain(value):
    return Summary(value=[Summary.Value(tag="loss", simple_value=value)])


def tensor(value):
    return scalar_pb("loss", np.float32(value))


ends = {}
for form in (plain, tensor):
    writer = EventFileWriter(form.__name__)
    for step in range(5):
        writer.add_event(Event(wall_time=time.time(), step=step, summary=form(step)))
    writer.add_event(Event(wall_time=time.time(), step=2, session_log=SessionLog(status=SessionLog.START)))
    for step in (2, 3):
        writer.add_event(Event(wall_time=time.time(), step=step, summary=form(100 + step)))
    writer.close()
    reader = EventAccumulator(form.__name__, {"scalars": 0, "tensors": 0}, purge_orphaned_data=True).Reload()
    points = reader.Scalars("loss") if form is plain else reader.Tensors("loss")
    ends[form.__name__] = [point.step for point in points]
print("tensorboard", version.VERSION)
print("steps left of 0 1 2 3 4, START at 2, 2 3:", ends)
assert ends == {"plain": [0, 1, 2, 3], "tensor": [0, 1, 2, 3, 4, 2, 3]}, ends
PROGRAM
