"""A training job: logistic regression by gradient descent, its loss and accuracy in an event file of --out."""

import argparse
import json
import os
import signal
from pathlib import Path

import numpy as np

from tests.log_folders import write_events


def train(rate: float, batch: int, epochs: int, seed: int) -> dict[str, list[float]]:
    """Loss (nats) and accuracy (%) after each epoch, on 400 made points of 5 features."""
    chance = np.random.default_rng(seed)
    features = chance.normal(size=(400, 5))
    labels = features @ [1.0, -2.0, 0.5, 0.0, 1.0] + chance.logistic(size=400) > 0
    weights = np.zeros(5)
    curves: dict[str, list[float]] = {"loss": [], "accuracy": []}
    for _ in range(epochs):
        for rows in np.array_split(chance.permutation(400), 400 // batch):
            guess = 1 / (1 + np.exp(-features[rows] @ weights))
            weights -= rate * features[rows].T @ (guess - labels[rows]) / len(rows)
        guess = 1 / (1 + np.exp(-features @ weights))
        curves["loss"].append(float(-np.log(np.where(labels, guess, 1 - guess)).mean()))
        curves["accuracy"].append(float(100 * ((guess > 0.5) == labels).mean()))
    return curves


def main() -> None:
    options = argparse.ArgumentParser()
    for name in ("rate", "batch", "note"):
        options.add_argument(f"--{name}", default="")
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("--epochs", type=int, default=3)
    options.add_argument("--out", type=Path, required=True)
    given = options.parse_args()
    with Path(os.environ["JOBS"]).open("a") as stream:  # every start of a job, with what it was given
        stream.write(json.dumps([given.rate, given.batch, given.seed, given.note]) + "\n")
    if os.environ.get("BREAK") == f"{given.rate} {given.batch}":
        raise SystemExit(7)
    if os.environ.get("STOP_AT") == f"{given.rate} {given.batch}":
        write_events(given.out, "half", {"loss": [9.0], "accuracy": [1.0]})
        with Path(os.environ["REACHED"]).open("w"):  # a pipe: the test goes on, and ends this
            signal.pause()
    write_events(given.out, "x", train(float(given.rate), int(given.batch), given.epochs, given.seed))


if __name__ == "__main__":
    main()
