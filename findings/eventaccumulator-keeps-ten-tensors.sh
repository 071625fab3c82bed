#!/usr/bin/env bash
# Most would guess that EventAccumulator gives a hundred epochs of accuracy back, whoever wrote them (it keeps 10,000 scalars).
# Scalars of TensorFlow 2, Keras and TensorBoard's own writer are tensors, of which it keeps a random ten and the last:
# the best epoch is among them by luck only, and nothing is said.
# A response such as 'best accuracy' is then biased downwards, for the runs of one framework only.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check tensorboard==2.21.0
cd "$folder"
"$folder/venv/bin/python" - <<'PROGRAM'
import numpy as np
from tensorboard import summary, version
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.util import tensor_util

writer = summary.Writer("logs")
for epoch in range(100):
    writer.add_scalar("accuracy", np.float32(90 - abs(epoch - 60) / 10), epoch)
writer.close()
points = EventAccumulator("logs").Reload().Tensors("accuracy")
best = max(float(tensor_util.make_ndarray(point.tensor_proto)) for point in points)
print("tensorboard", version.VERSION)
print(f"{len(points)} of 100 points, epochs {[point.step for point in points]}; best {best:.1f} instead of 90.0")
assert len(points) == 10 and points[-1].step == 99 and best < 90
PROGRAM
