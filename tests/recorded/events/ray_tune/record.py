"""Record the event files of Ray Tune 2.60.0: pip install "ray[tune]==2.60.0" tensorboardX==2.6.5 tensorboard==2.21.0
in a venv, python record.py.
"""

import os
import sys
import tempfile
from pathlib import Path

os.environ.update(RAY_USAGE_STATS_ENABLED="0", RAY_AUTH_MODE="disabled")

import ray
from ray import tune

HERE = Path(__file__).parent
sys.path.append(str(HERE.parents[1]))

from recording import record  # noqa: E402


def train(config: dict) -> None:
    """Four reports; the steep rate diverges at the third."""
    for epoch in range(1, 5):
        diverged = config["lr"] > 1 and epoch >= 3
        tune.report({"loss": float("nan") if diverged else 1 / epoch, "accuracy": 0.5 + epoch / 16})


def diverged(logs: Path) -> None:
    """Two trials of four reports; one diverges at the third: its NaN is in no event file; the tags are ray/tune/*."""
    ray.init(num_cpus=1, include_dashboard=False, log_to_driver=False)
    with tempfile.TemporaryDirectory() as folder:
        run = tune.RunConfig(name="study", storage_path=folder, verbose=0)
        tune.Tuner(train, param_space={"lr": tune.grid_search([0.1, 2.0])}, run_config=run).fit()
        for path in sorted(Path(folder).rglob("*tfevents*")):
            kept = logs / path.relative_to(folder)
            kept.parent.mkdir(parents=True)
            path.rename(kept)
    ray.shutdown()


record(HERE, "Ray Tune 2.60.0, tensorboardX 2.6.5", [diverged])
