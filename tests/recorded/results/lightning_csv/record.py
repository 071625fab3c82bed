"""Record Lightning 2.6.6's CSVLogger: pip install lightning==2.6.6 torch==2.13.0 in a venv, python record.py."""

import csv
import itertools
import logging
import shutil
import tempfile
import warnings
from pathlib import Path

import lightning as pl
import torch
from lightning.pytorch.loggers import CSVLogger

HERE = Path(__file__).parent
logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
warnings.filterwarnings("ignore")


class Line(pl.LightningModule):
    """A line through 32 points; logs a step's loss, an epoch's loss and the validation's."""

    def __init__(self, lr: float, optimizer: str, seed: int) -> None:
        super().__init__()
        self.save_hyperparameters()
        self.layer = torch.nn.Linear(1, 1)

    def loss(self, batch):
        return torch.nn.functional.mse_loss(self.layer(batch[0]), batch[1])

    def training_step(self, batch, _):
        loss = self.loss(batch)
        self.log("train_loss", loss, on_step=True, on_epoch=True)
        return loss

    def validation_step(self, batch, _):
        self.log("val_loss", self.loss(batch))

    def configure_optimizers(self):
        kind = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam}[self.hparams.optimizer]
        return kind(self.parameters(), lr=self.hparams.lr)


def run(folder: Path, lr: float, optimizer: str, seed: int) -> float:
    """One training; the trainer's own last validation loss."""
    pl.seed_everything(seed, verbose=False)
    x = torch.linspace(-1, 1, 32)[:, None]
    y = 3 * x + 0.1 * torch.randn(32, 1)
    train = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(x[::2], y[::2]), 8)
    val = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(x[1::2], y[1::2]), 16)
    quiet = {"enable_progress_bar": False, "enable_checkpointing": False, "enable_model_summary": False}
    logger = CSVLogger(folder, name="lightning_logs")
    trainer = pl.Trainer(max_epochs=3, accelerator="cpu", logger=logger, log_every_n_steps=1, **quiet)
    trainer.fit(Line(lr, optimizer, seed), train, val)
    return trainer.callback_metrics["val_loss"].item()


def main() -> None:
    logs = HERE / "logs"
    shutil.rmtree(logs, ignore_errors=True)
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for lr, optimizer, seed in itertools.product((0.1, 0.01), ("sgd", "adam"), (0, 1)):
            rows.append([lr, optimizer, seed, run(Path(folder), lr, optimizer, seed)])
        shutil.copytree(folder, logs)
    with (HERE / "expected.csv").open("w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([["lr", "optimizer", "replicate", "Loss"], *rows])


main()
