"""Record Keras 3.15.1's TensorBoard callback and tf.summary: pip install keras==3.15.1 tensorflow-cpu==2.21.0
tensorboard==2.21.0 in a venv, python record.py.
"""

import sys
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from tensorboard.plugins.hparams import api as hp

HERE = Path(__file__).parent
sys.path.append(str(HERE.parents[1]))

from recording import begin_of_a_second, record  # noqa: E402


def fit(logs: Path, epochs: int = 3, initial_epoch: int = 0, model: keras.Model | None = None, **options):
    """A model of three weights on eight rows; the last four are its validation."""
    keras.utils.set_random_seed(1)
    x = np.linspace(-1, 1, 16, dtype="float32").reshape(8, 2)
    y = (x.sum(axis=1) > 0).astype("float32")
    if model is None:
        model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, activation="sigmoid")])
        model.compile("sgd", "binary_crossentropy", metrics=["accuracy"])
    callbacks = [keras.callbacks.TensorBoard(logs, **{"write_graph": False, **options}), *extra_callbacks]
    model.fit(
        x[::2],
        y[::2],
        2,
        epochs,
        0,
        callbacks,
        validation_data=(x[1::2], y[1::2]),
        initial_epoch=initial_epoch,
    )
    return model


extra_callbacks: list[keras.callbacks.Callback] = []


def epochs(logs: Path) -> None:
    """fit with validation data: the same tags in train/ and validation/, a point an epoch from 0, values are tensors."""
    fit(logs)


def batches(logs: Path) -> None:
    """update_freq="batch": batch_* tags in train/ count batches; validation/ gets evaluation_*_vs_iterations as well."""
    fit(logs, update_freq="batch")


def resumed(logs: Path) -> None:
    """Three epochs, then fit went on in the same folder with initial_epoch=2, so epoch 2 stands twice."""
    model = fit(logs)
    begin_of_a_second()
    fit(logs, epochs=5, initial_epoch=2, model=model)


def run_again(logs: Path) -> None:
    """The same program run twice into one folder: every epoch stands twice."""
    fit(logs)
    begin_of_a_second()
    fit(logs)


def hparams(logs: Path) -> None:
    """HParams' own callback beside the TensorBoard callback: its record stands in a file of the parent folder."""
    extra_callbacks[:] = [hp.KerasCallback(str(logs), {"units": 1, "optimizer": "sgd", "augment": False})]
    fit(logs)
    extra_callbacks.clear()


def own_loop(logs: Path) -> None:
    """tf.summary in a loop of one's own: blanks in a tag kept, a float64 and an integer value, a value at step -1."""
    writer = tf.summary.create_file_writer(str(logs))
    with writer.as_default():
        tf.summary.scalar("accuracy per epoch", 10.0, step=-1)
        for step in range(3):
            tf.summary.scalar("accuracy per epoch", 50.0 + step, step=step)
            tf.summary.scalar("loss", tf.constant(0.1 / (step + 1), tf.float64), step=step)
            tf.summary.scalar("examples", tf.constant(1000 * (step + 1), tf.int64), step=step)
    writer.close()


def begun_and_unused(logs: Path) -> None:
    """A writer that was made and never used, beside one that was."""
    tf.summary.create_file_writer(str(logs / "unused")).close()
    writer = tf.summary.create_file_writer(str(logs / "used"))
    with writer.as_default():
        tf.summary.scalar("loss", 0.5, step=0)
    writer.close()


def text_beside(logs: Path) -> None:
    """A text and a histogram in the same file as the scalar."""
    writer = tf.summary.create_file_writer(str(logs))
    with writer.as_default():
        tf.summary.text("settings", "lr 0.1, batch 32", step=0)
        tf.summary.histogram("weights", [0.0, 0.5, 1.0], step=0)
        tf.summary.scalar("loss", 0.5, step=0)
    writer.close()


record(
    HERE,
    "Keras 3.15.1, TensorFlow 2.21.0",
    [epochs, batches, resumed, run_again, hparams, own_loop, begun_and_unused, text_beside],
)
