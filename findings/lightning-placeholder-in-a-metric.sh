#!/usr/bin/env bash
# Most would guess that a tag in an event file holds values that the program logged.
# Lightning's TensorBoardLogger writes hp_metric = -1 at step 0 at every start, into the tag in which users log their result:
# the smallest value is -1, and after a resume TensorBoard's page shows nothing of what came before the placeholder.
# A minimum, a first value or a curve of that tag is about a number nobody measured.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check torch==2.13.0 lightning==2.6.6 tensorboard==2.21.0
cd "$folder"
"$folder/venv/bin/python" - <<'PROGRAM'
import logging
import time
import warnings

warnings.filterwarnings("ignore")
import lightning
import torch
from lightning.pytorch.loggers import TensorBoardLogger
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.context import RequestContext
from tensorboard.data import server_ingester
from tensorboard.util import grpc_util

logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)


class Line(lightning.LightningModule):
    def __init__(self, lr=0.1):
        super().__init__()
        self.save_hyperparameters()
        self.layer = torch.nn.Linear(1, 1)

    def training_step(self, batch, _):
        loss = self.layer(batch[0]).square().mean()
        self.log("hp_metric", 5.0 + self.current_epoch, on_step=False, on_epoch=True)
        return loss

    def configure_optimizers(self):
        return torch.optim.SGD(self.parameters(), 0.1)


data = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(torch.ones(8, 1)), 4)
quiet = {"enable_progress_bar": False, "enable_model_summary": False, "enable_checkpointing": False}


def fit(epochs, checkpoint=None):
    logger = TensorBoardLogger("logs", name="tb", version=0)
    trainer = lightning.Trainer(max_epochs=epochs, accelerator="cpu", logger=logger, log_every_n_steps=1, **quiet)
    trainer.fit(Line(), data, ckpt_path=checkpoint)
    return trainer


fit(3).save_checkpoint("last.ckpt")
time.sleep(1.1)  # the second file's name sorts after the first's
fit(5, "last.ckpt")
file = [point.value for point in EventAccumulator("logs/tb/version_0").Reload().Scalars("hp_metric")]
server = server_ingester.SubprocessServerDataIngester(
    server_ingester.get_server_binary(), "logs", reload_interval=0,
    channel_creds_type=grpc_util.ChannelCredsType.LOCAL, samples_per_plugin={"scalars": 0},
)
server.start()
asked = {"experiment_id": "", "plugin_name": "scalars", "downsample": 1000}
for _ in range(60):
    if server.data_provider.read_scalars(RequestContext(), **asked):
        break
    time.sleep(0.5)
time.sleep(1)
runs = server.data_provider.read_scalars(RequestContext(), **asked)
page = [point.value for point in runs["tb/version_0"]["hp_metric"]]
print("lightning", lightning.__version__, "logged 5 6 7, resumed, 8 9; in the files", file, "on TensorBoard's page", page)
assert file == [-1.0, 5.0, 6.0, 7.0, -1.0, 8.0, 9.0] and page == [-1.0, 8.0, 9.0], (file, page)
PROGRAM
