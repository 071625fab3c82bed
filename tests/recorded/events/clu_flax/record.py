"""Record clu 0.0.12 and flax 0.12.8: pip install clu==0.0.12 flax==0.12.8 tensorflow-cpu==2.21.0 tensorboard==2.21.0
in a venv, python record.py.
"""

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.append(str(HERE.parents[1]))

from clu import metric_writers  # noqa: E402
from flax.metrics import tensorboard  # noqa: E402
from recording import record  # noqa: E402


def clu(logs: Path) -> None:
    """clu's default writer with a collection each for training and evaluation, and its hyperparameters."""
    for name in ("train", "eval"):
        writer = metric_writers.create_default_writer(
            str(logs), just_logging=False, collection=name, asynchronous=False
        )
        writer.write_hparams({"lr": 0.1, "bs": 32})
        for step in range(1, 4):
            writer.write_scalars(step, {"loss": 1 / step + (name == "eval"), "accuracy": 0.5 + step / 16})
        writer.close()


def flax(logs: Path) -> None:
    """flax's SummaryWriter: a scalar a step and its hparams."""
    writer = tensorboard.SummaryWriter(str(logs), auto_flush=True)
    writer.hparams({"lr": 0.1, "bs": 32})
    for step in range(1, 4):
        writer.scalar("loss", 1 / step, step)
    writer.close()


record(HERE, "clu 0.0.12, flax 0.12.8, TensorFlow 2.21.0", [clu, flax])
