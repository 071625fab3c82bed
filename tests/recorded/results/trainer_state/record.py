"""Record transformers 5.24.0's trainer_state.json: pip install transformers==5.24.0 torch==2.13.0 accelerate==1.15.0
in a venv, python record.py.
"""

import csv
import itertools
import os
import shutil
import tempfile
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"

import torch
from transformers import Trainer, TrainingArguments

HERE = Path(__file__).parent


class Line(torch.nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layer = torch.nn.Linear(1, 1)

    def forward(self, x, labels):
        y = self.layer(x)
        return {"loss": torch.nn.functional.mse_loss(y, labels), "logits": y}


def run(folder: Path, lr: float, batch: int, seed: int) -> tuple[float, float]:
    """One training of two epochs; the trainer's own final evaluation and its mean training loss."""
    torch.manual_seed(seed)
    x = torch.linspace(-1, 1, 32)[:, None]
    y = 3 * x + 0.1 * torch.randn(32, 1)
    rows = [{"x": a, "labels": b} for a, b in zip(x, y, strict=True)]
    options = TrainingArguments(
        str(folder),
        learning_rate=lr,
        per_device_train_batch_size=batch,
        num_train_epochs=2,
        seed=seed,
        eval_strategy="epoch",
        save_strategy="epoch",
        logging_steps=2,
        report_to=[],
        use_cpu=True,
        disable_tqdm=True,
    )
    trainer = Trainer(Line(), options, train_dataset=rows[::2], eval_dataset=rows[1::2])
    done = trainer.train()
    trainer.save_state()
    last = [entry for entry in trainer.state.log_history if "eval_loss" in entry][-1]
    return last["eval_loss"], done.training_loss


def main() -> None:
    logs = HERE / "logs"
    shutil.rmtree(logs, ignore_errors=True)
    rows = []
    for lr, batch, seed in itertools.product((0.1, 0.01), (4, 8), (0, 1)):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            rows.append([lr, batch, seed, *run(folder, lr, batch, seed)])
            for path in folder.rglob("trainer_state.json"):  # beside them: weights and pickles
                kept = logs / f"lr-{lr}_bs-{batch}_seed-{seed}" / path.relative_to(folder)
                kept.parent.mkdir(parents=True)
                shutil.copy(path, kept)
    with (HERE / "expected.csv").open("w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(
            [["lr", "bs", "replicate", "EvalLoss", "TrainLoss"], *rows]
        )


main()
