"""Record Lightning 2.6.6's TensorBoardLogger: pip install lightning==2.6.6 torch==2.13.0 tensorboard==2.21.0 in a venv,
python record.py.
"""

import logging
import sys
import warnings
from pathlib import Path

import lightning as pl
import torch
from lightning.pytorch.loggers import TensorBoardLogger

HERE = Path(__file__).parent
sys.path.append(str(HERE.parents[1]))

from recording import begin_of_a_second, record  # noqa: E402

logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
warnings.filterwarnings("ignore")


class Line(pl.LightningModule):
    """A line through 16 points; logs a step's loss, an epoch's loss, the validation's and an end result."""

    def __init__(self, lr: float = 0.1, optimizer: str = "sgd") -> None:
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
        self.log("hp_metric", self.loss(batch))

    def configure_optimizers(self):
        return torch.optim.SGD(self.parameters(), lr=self.hparams.lr)


def fit(logger: TensorBoardLogger, lr: float, epochs: int = 2, checkpoint: Path | None = None) -> pl.Trainer:
    pl.seed_everything(1, verbose=False)
    x = torch.linspace(-1, 1, 16)[:, None]
    data = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(x, 3 * x), 4)
    quiet = {"enable_progress_bar": False, "enable_checkpointing": False, "enable_model_summary": False}
    trainer = pl.Trainer(max_epochs=epochs, accelerator="cpu", logger=logger, log_every_n_steps=2, **quiet)
    trainer.fit(Line(lr), data, data, ckpt_path=checkpoint)
    return trainer


def versions(logs: Path) -> None:
    """Two runs: version_0 and version_1, with hparams.yaml; the HParams record has hp_metric -1 at step 0."""
    for lr in (0.1, 0.01):
        fit(TensorBoardLogger(logs), lr)


def resumed(logs: Path) -> None:
    """Two epochs, then resumed from the checkpoint to four, logging into the same version: a second file."""
    trainer = fit(TensorBoardLogger(logs, version=0), 0.1)
    checkpoint = logs / "last.ckpt"
    trainer.save_checkpoint(checkpoint)
    begin_of_a_second()
    fit(TensorBoardLogger(logs, version=0), 0.1, 4, checkpoint)
    checkpoint.unlink()


def sub_folder(logs: Path) -> None:
    """sub_dir: the event file stands one folder below the version, hparams.yaml with it."""
    fit(TensorBoardLogger(logs, sub_dir="tensorboard", default_hp_metric=False), 0.1)


record(HERE, "Lightning 2.6.6, PyTorch 2.13.0", [versions, resumed, sub_folder])
