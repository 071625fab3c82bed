"""Record tensorboardX 2.6.5: pip install tensorboardX==2.6.5 tensorboard==2.21.0 in a venv, python record.py."""

import sys
import time
from pathlib import Path

from tensorboardX import SummaryWriter

HERE = Path(__file__).parent
sys.path.append(str(HERE.parents[1]))

from recording import begin_of_a_second, record  # noqa: E402


def scalars(logs: Path) -> None:
    """One curve of ten steps, whose values are no float32."""
    with SummaryWriter(logs) as writer:
        for step in range(10):
            writer.add_scalar("loss", 1 / (step + 1) + 0.1, step)


def train_and_val(logs: Path) -> None:
    """add_scalars: a sub-folder a curve (loss/train, loss/val), the tag loss in each; the parent's file is empty."""
    with SummaryWriter(logs) as writer:
        for step in range(4):
            writer.add_scalars("loss", {"train": 1 / (step + 1), "val": 1.5 / (step + 1)}, step)


def hparams_twice(logs: Path) -> None:
    """A curve, and add_hparams called twice, each with an end result under the curve's own tag, in a sub-folder each."""
    with SummaryWriter(logs) as writer:
        for step in range(1, 5):
            writer.add_scalar("accuracy", 0.5 + step / 16, step)
        writer.add_hparams(
            {"lr": 0.1, "bs": 32, "optimizer": "sgd", "nesterov": True}, {"accuracy": 0.75}, name="one"
        )
        writer.add_hparams(
            {"lr": 0.01, "bs": 64, "optimizer": "adam", "nesterov": False}, {"accuracy": 0.875}, name="two"
        )


def hparams_at_a_step(logs: Path) -> None:
    """add_hparams without a name: the sub-folder is the time; the end result at the step that was stated."""
    with SummaryWriter(logs) as writer:
        writer.add_scalar("accuracy", 0.5, 9)
        writer.add_hparams({"lr": 0.1, "layers": 3}, {"accuracy": 0.75}, global_step=9)


def restart_with_purge_step(logs: Path) -> None:
    """Steps 0 to 9, then the job began again from its checkpoint of step 5 (purge_step) and ended at step 7."""
    with SummaryWriter(logs) as writer:
        for step in range(10):
            writer.add_scalar("loss", float(step), step)
    begin_of_a_second()
    with SummaryWriter(logs, purge_step=5) as writer:
        for step in range(5, 8):
            writer.add_scalar("loss", 100.0 + step, step)


def restart_without_purge_step(logs: Path) -> None:
    """Steps 0 to 9, then the job began again at step 5 and said nothing about it."""
    with SummaryWriter(logs) as writer:
        for step in range(10):
            writer.add_scalar("loss", float(step), step)
    begin_of_a_second()
    with SummaryWriter(logs) as writer:
        for step in range(5, 8):
            writer.add_scalar("loss", 100.0 + step, step)


def rewritten_tag(logs: Path) -> None:
    """The program's tags were 'accuracy per epoch', 'val/F1 (macro)' and '/top@5'."""
    with SummaryWriter(logs) as writer:
        for step in range(3):
            writer.add_scalar("accuracy per epoch", 50.0 + step, step)
            writer.add_scalar("val/F1 (macro)", 0.5 + step / 8, step)
            writer.add_scalar("/top@5", 0.75 + step / 16, step)


def without_a_step(logs: Path) -> None:
    """Logged without a step: five values, all at step 0."""
    with SummaryWriter(logs) as writer:
        for value in (5.0, 4.0, 3.0, 2.0, 1.0):
            writer.add_scalar("loss", value)


def before_training(logs: Path) -> None:
    """A value before training at step -1, then steps 0 to 3."""
    with SummaryWriter(logs) as writer:
        for step in range(-1, 4):
            writer.add_scalar("accuracy", 10.0 * (step + 2), step)


def begun_in_one_second(logs: Path) -> None:
    """Two writers of one folder begun in one second, told apart by suffixes .9 and .10; .9 wrote first."""
    begin_of_a_second()
    for suffix, base in ((".4000.9", 0.0), (".4000.10", 100.0)):
        with SummaryWriter(logs, filename_suffix=suffix) as writer:
            for step in range(4):
                writer.add_scalar("loss", base + step, step)
        time.sleep(0.05)


def diverged(logs: Path) -> None:
    """A run that diverges: infinity at step 2, NaN from step 3 on."""
    with SummaryWriter(logs) as writer:
        for step, value in enumerate((1.0, 1e30, float("inf"), float("nan"), float("nan"))):
            writer.add_scalar("loss", value, step)


record(
    HERE,
    "tensorboardX 2.6.5",
    [
        scalars,
        train_and_val,
        hparams_twice,
        hparams_at_a_step,
        restart_with_purge_step,
        restart_without_purge_step,
        rewritten_tag,
        without_a_step,
        before_training,
        begun_in_one_second,
        diverged,
    ],
)
