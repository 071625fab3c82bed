#!/usr/bin/env bash
# Most would guess that a training that is resumed from its checkpoint into the same version goes on in the same metrics.csv,
# as its TensorBoard curve does. CSVLogger empties the file at the first write: the epochs before the checkpoint are gone,
# while the TensorBoardLogger of the same trainer has them all.
# First, best and number of epochs of a run that was killed once are then those of its last part.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check torch==2.13.0 lightning==2.6.6 tensorboard==2.21.0
cd "$folder"
"$folder/venv/bin/python" - <<'PROGRAM'
import csv
import logging
import warnings
from pathlib import Path

warnings.filterwarnings("ignore")
import lightning
import torch
from lightning.pytorch.loggers import CSVLogger, TensorBoardLogger
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)


class Line(lightning.LightningModule):
    def __init__(self):
        super().__init__()
        self.layer = torch.nn.Linear(1, 1)

    def training_step(self, batch, _):
        loss = self.layer(batch[0]).square().mean()
        self.log("loss", loss, on_step=False, on_epoch=True)
        return loss

    def configure_optimizers(self):
        return torch.optim.SGD(self.parameters(), 0.1)


data = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(torch.ones(8, 1)), 4)
quiet = {"enable_progress_bar": False, "enable_model_summary": False, "enable_checkpointing": False}


def fit(epochs, checkpoint=None):
    loggers = [CSVLogger("logs", name="csv", version=0), TensorBoardLogger("logs", name="tb", version=0)]
    trainer = lightning.Trainer(max_epochs=epochs, accelerator="cpu", logger=loggers, log_every_n_steps=1, **quiet)
    trainer.fit(Line(), data, ckpt_path=checkpoint)
    return trainer


fit(3).save_checkpoint("last.ckpt")
fit(5, "last.ckpt")
with Path("logs/csv/version_0/metrics.csv").open() as file:
    table = [int(row["epoch"]) for row in csv.DictReader(file)]
curve = [point.step for point in EventAccumulator("logs/tb/version_0").Reload().Scalars("loss")]
print("lightning", lightning.__version__, "epochs in metrics.csv", table, "steps in TensorBoard", curve)
assert table == [3, 4] and len(curve) == 5, (table, curve)
PROGRAM
