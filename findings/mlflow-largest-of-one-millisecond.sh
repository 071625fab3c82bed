#!/usr/bin/env bash
# Most would guess that the value of a metric in MLflow is the one that was logged last.
# Of values with the same step (0 when none is given) and the same millisecond the largest is kept as the run's value, also
# within one log_batch call, whose order is the program's; in the history (SQLite) they stand sorted by value.
# For a loss the worst value of a burst becomes the response of the run; the rarer the ties, the harder to see.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check mlflow==3.17.2
cd "$folder"
"$folder/venv/bin/python" - <<'PROGRAM'
import logging
import os
import warnings

warnings.filterwarnings("ignore")
os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
import mlflow
from mlflow.entities import Metric

logging.disable(logging.CRITICAL)
mlflow.set_tracking_uri("sqlite:///mlflow.db")
client = mlflow.MlflowClient()
with mlflow.start_run() as run:
    stamp = 1_700_000_000_000
    client.log_batch(run.info.run_id, [Metric("loss", value, stamp, 0) for value in (3.0, 2.0, 1.0)])
    client.log_batch(run.info.run_id, [Metric("later", value, stamp + i, 0) for i, value in enumerate((3.0, 2.0, 1.0))])
metrics = client.get_run(run.info.run_id).data.metrics
history = [metric.value for metric in client.get_metric_history(run.info.run_id, "loss")]
print("mlflow", mlflow.__version__)
print("logged 3, 2, 1 in one millisecond: the run's loss is", metrics["loss"], "and its history", history)
print("logged 3, 2, 1 in three milliseconds: it is", metrics["later"])
assert metrics == {"loss": 3.0, "later": 1.0} and history == [1.0, 2.0, 3.0], (metrics, history)
PROGRAM
