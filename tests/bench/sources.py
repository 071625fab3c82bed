"""Log roots of other people: ten thousand folders named by their settings, and one table of a million rows."""

import shutil
from pathlib import Path

import numpy as np

from tests.bench.log_roots import BATCH, EPOCH, TAGS, event_files

ROWS = 1_000_000
STEPS = 20
LEVELS = {"lr": ("0.1", "0.01"), "bs": ("32", "128"), "opt": ("adam", "sgd")}
FACTORS = "\n".join(f"{name} = {list(levels)}" for name, levels in LEVELS.items())
FOLDERS = f"""name = "key_value"
[factors]
{FACTORS}
[source]
files = "lr={{lr}}_bs={{bs}}_opt={{opt}}_seed{{replicate}}/events*"
[responses.Accuracy]
metric = "{TAGS[0]}"
"""
TABLE = f"""name = "rows"
[factors]
{FACTORS}
[source]
table = "results.csv"
columns = {{ lr = "lr", bs = "bs", opt = "opt", replicate = "seed" }}
[responses.Accuracy]
column = "accuracy"
"""


def build_key_value(cache: Path, folders: int) -> Path:
    """So many folders with an event file each, below one study file; made if they are not there."""
    root = cache / f"key_value_{folders}"
    if not (root / "complete").exists():
        shutil.rmtree(root, ignore_errors=True)
        for first in range(0, folders, BATCH):
            contents = event_files(TAGS, STEPS, BATCH, seed=first)
            for place in range(first, min(first + BATCH, folders)):
                lr, bs, opt = (levels[place >> bit & 1] for bit, levels in enumerate(LEVELS.values()))
                folder = root / "logs" / f"lr={lr}_bs={bs}_opt={opt}_seed{place >> 3}"
                folder.mkdir(parents=True)
                (folder / f"events.out.tfevents.{EPOCH}.worker.{place}.0").write_bytes(
                    contents[place - first]
                )
        finish(root, FOLDERS)
    return root


def build_table(cache: Path, rows: int = ROWS) -> Path:
    """One CSV file of so many rows, below one study file; made if it is not there."""
    import polars as pl

    root = cache / f"table_{rows}"
    if not (root / "complete").exists():
        shutil.rmtree(root, ignore_errors=True)
        (root / "logs").mkdir(parents=True)
        place = np.arange(rows)
        levels = {name: np.array(texts)[place >> bit & 1] for bit, (name, texts) in enumerate(LEVELS.items())}
        accuracy = np.random.default_rng(20261128).normal(80, 1, rows)
        pl.DataFrame({**levels, "seed": place >> 3, "accuracy": accuracy}).write_csv(
            root / "logs" / "results.csv"
        )
        finish(root, TABLE)
    return root


def finish(root: Path, study: str) -> None:
    (root / "studies").mkdir()
    (root / "studies" / "study.toml").write_text(study)
    (root / "complete").touch()
