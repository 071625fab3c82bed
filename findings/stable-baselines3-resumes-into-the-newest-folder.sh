#!/usr/bin/env bash
# Most would guess that a model that is loaded and trained on (reset_num_timesteps=False) logs into the folder of its own run.
# stable-baselines3 takes the folder with the highest number: A2C_1's training goes on in A2C_2, the run of another learning
# rate, whose curve then holds both; A2C_1 looks as if it had been broken off.
# Resumed runs of a sweep with one tensorboard_log end up as values of the wrong cell of the design.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check torch==2.13.0 stable-baselines3==2.9.2 tensorboard==2.21.0
cd "$folder"
"$folder/venv/bin/python" - <<'PROGRAM'
import warnings
from importlib.metadata import version
from pathlib import Path

warnings.filterwarnings("ignore")
from stable_baselines3 import A2C
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator


def rates():
    """Per folder the learning rates in its event files, in order."""
    runs = sorted(Path("logs").iterdir())
    tags = {run.name: EventAccumulator(str(run)).Reload().Scalars("train/learning_rate") for run in runs}
    return {name: sorted({round(point.value, 6) for point in points}) for name, points in tags.items()}


def model(rate):
    return A2C("MlpPolicy", "CartPole-v1", n_steps=5, seed=1, learning_rate=rate, tensorboard_log="logs", device="cpu")


first = model(0.01)
first.learn(30, log_interval=1)
first.save("first")
model(0.0001).learn(30, log_interval=1)
before = rates()
A2C.load("first", env=first.get_env(), device="cpu").learn(30, log_interval=1, reset_num_timesteps=False)
after = rates()
print("stable-baselines3", version("stable-baselines3"), "learning rates by folder", before, "after the first is resumed", after)
assert before == {"A2C_1": [0.01], "A2C_2": [0.0001]} and after == {"A2C_1": [0.01], "A2C_2": [0.0001, 0.01]}, (before, after)
PROGRAM
