"""Record TensorBoard 2.21.0's own writers: pip install tensorboard==2.21.0 in a venv, python record.py."""

import sys
import time
from pathlib import Path

import numpy as np
from tensorboard import summary
from tensorboard.compat.proto.event_pb2 import Event, SessionLog
from tensorboard.plugins.hparams.summary_v2 import hparams_pb
from tensorboard.plugins.scalar.summary_v2 import scalar_pb
from tensorboard.summary.writer.event_file_writer import EventFileWriter

HERE = Path(__file__).parent
sys.path.append(str(HERE.parents[1]))

from recording import record  # noqa: E402


def scalars(logs: Path) -> None:
    """summary.Writer: a float32 tensor a value, blanks in a tag kept, wall times as the program stated them."""
    writer = summary.Writer(str(logs))
    for step in range(10):
        writer.add_scalar("accuracy per epoch", np.float32(50 + step / 10), step, wall_time=1.7e9 + step)
    writer.close()


def hparams(logs: Path) -> None:
    """Two sessions, a folder each: an HParams record, then a curve, in one file."""
    for number, rate in enumerate((0.1, 0.01)):
        settings = {"lr": rate, "units": 16, "activation": "relu", "augment": bool(number)}
        writer = EventFileWriter(str(logs / f"session-{number}"))
        record_of_levels = hparams_pb(settings, trial_id=str(number), start_time_secs=1.7e9)
        writer.add_event(Event(wall_time=time.time(), summary=record_of_levels))
        for step in range(3):
            summary_of_step = scalar_pb("accuracy", np.float32(rate + step))
            writer.add_event(Event(wall_time=time.time(), step=step, summary=summary_of_step))
        writer.close()


def restart_in_one_file(logs: Path) -> None:
    """A session START at step 2 inside one file: what was written before it from step 2 on is orphaned."""
    writer = EventFileWriter(str(logs))
    for step in range(5):
        writer.add_event(Event(wall_time=time.time(), step=step, summary=scalar_pb("loss", np.float32(step))))
    writer.add_event(Event(wall_time=time.time(), step=2, session_log=SessionLog(status=SessionLog.START)))
    for step in range(2, 4):
        writer.add_event(
            Event(wall_time=time.time(), step=step, summary=scalar_pb("loss", np.float32(100 + step)))
        )
    writer.close()


record(HERE, "tensorboard 2.21.0", [scalars, hparams, restart_in_one_file])
