"""Record PyTorch 2.13.0's SummaryWriter: pip install torch==2.13.0 tensorboard==2.21.0 in a venv, python record.py."""

import sys
import tempfile
from pathlib import Path

from torch.utils.tensorboard import SummaryWriter

HERE = Path(__file__).parent
sys.path.append(str(HERE.parents[1]))

from recording import begin_of_a_second, record  # noqa: E402


def scalars(logs: Path) -> None:
    """One curve of ten steps, whose values are no float32; blanks in a tag are kept."""
    with SummaryWriter(logs) as writer:
        for step in range(10):
            writer.add_scalar("loss per step", 1 / (step + 1) + 0.1, step)


def scalars_as_tensors(logs: Path) -> None:
    """The same value in the three forms the writer has: simple_value, a float32 tensor, a float64 tensor."""
    with SummaryWriter(logs) as writer:
        for step in range(3):
            writer.add_scalar("plain", 0.1, step)
            writer.add_scalar("new_style", 0.1, step, new_style=True)
            writer.add_scalar("double", 0.1, step, new_style=True, double_precision=True)


def train_and_val(logs: Path) -> None:
    """add_scalars: a sub-folder a curve (loss_train, loss_val), the tag loss in each; the parent's file is empty."""
    with SummaryWriter(logs) as writer:
        for step in range(4):
            writer.add_scalars("loss", {"train": 1 / (step + 1), "val": 1.5 / (step + 1)}, step)


def hparams_twice(logs: Path) -> None:
    """A curve, and add_hparams called twice, each with an end result under the curve's own tag, in a sub-folder each."""
    with SummaryWriter(logs) as writer:
        for step in range(1, 5):
            writer.add_scalar("accuracy", 0.5 + step / 16, step)
        first = {"lr": 0.1, "bs": 32, "optimizer": "sgd", "nesterov": True}
        writer.add_hparams(first, {"accuracy": 0.75}, run_name="one")
        second = {"lr": 0.01, "bs": 64, "optimizer": "adam", "nesterov": False}
        writer.add_hparams(second, {"accuracy": 0.875}, run_name="two")


def hparams_in_the_same_folder(logs: Path) -> None:
    """add_hparams with the run's own folder: the record and the end result beside the curve, in a second file."""
    with SummaryWriter(logs) as writer:
        for step in range(1, 5):
            writer.add_scalar("accuracy", 0.5 + step / 16, step)
        writer.add_hparams(
            {"lr": 0.1, "bs": 32}, {"hparam/accuracy": 0.75}, run_name=str(logs), global_step=4
        )


def restart_with_purge_step(logs: Path) -> None:
    """Steps 0 to 9, then the job began again from its checkpoint of step 5 (purge_step) and ended at step 7."""
    with SummaryWriter(logs) as writer:
        for step in range(10):
            writer.add_scalar("loss", float(step), step)
    begin_of_a_second()
    with SummaryWriter(logs, purge_step=5) as writer:
        for step in range(5, 8):
            writer.add_scalar("loss", 100.0 + step, step)


def restart_twice(logs: Path) -> None:
    """Steps 0 to 9, again from 6 to 9, then again from 3 to 4, each with purge_step; a second tag stands since step 0."""
    for begin, end, base in ((0, 10, 0.0), (6, 10, 100.0), (3, 5, 200.0)):
        begin_of_a_second()
        with SummaryWriter(logs, purge_step=begin or None) as writer:
            for step in range(begin, end):
                writer.add_scalar("loss", base + step, step)
                if begin == 0:
                    writer.add_scalar("only_at_first", base + step, step)


def restart_without_purge_step(logs: Path) -> None:
    """Steps 0 to 9, then the job began again at step 5 and said nothing about it."""
    with SummaryWriter(logs) as writer:
        for step in range(10):
            writer.add_scalar("loss", float(step), step)
    begin_of_a_second()
    with SummaryWriter(logs) as writer:
        for step in range(5, 8):
            writer.add_scalar("loss", 100.0 + step, step)


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
    """The tenth and the eleventh writer of one process, both of this folder, begun in one second; the tenth wrote first."""
    with tempfile.TemporaryDirectory() as elsewhere:
        begin_of_a_second()
        for number in range(12):
            if number in (9, 10):
                with SummaryWriter(logs) as writer:
                    for step in range(4):
                        writer.add_scalar("loss", 100.0 * (number - 9) + step, step)
            else:
                SummaryWriter(elsewhere).close()


def out_of_order(logs: Path) -> None:
    """Steps of two loops interleaved under one tag: 0, 10, 1, 11, 2, 12."""
    with SummaryWriter(logs) as writer:
        for step in (0, 10, 1, 11, 2, 12):
            writer.add_scalar("loss", float(step), step)


CASES = [
    scalars,
    scalars_as_tensors,
    train_and_val,
    hparams_twice,
    hparams_in_the_same_folder,
    restart_with_purge_step,
    restart_twice,
    restart_without_purge_step,
    without_a_step,
    before_training,
    out_of_order,
]
# First, because the writers are numbered through a process: the folder's two files must end in .9 and .10.
record(HERE, "PyTorch 2.13.0, tensorboard 2.21.0", [begun_in_one_second, *CASES])
