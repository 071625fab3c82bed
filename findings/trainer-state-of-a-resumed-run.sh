#!/usr/bin/env bash
# Most would guess that train_loss in the last entry of trainer_state.json is the mean loss of the training it describes.
# After a resume from a checkpoint log_history holds every epoch of both parts, with the values of an uninterrupted run, but
# train_loss and train_runtime are those of the last part alone: 6.4 instead of 22.4 for the same training.
# Runs that were killed once look better and faster than their replicates.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check torch==2.13.0 transformers==5.24.0 accelerate==1.15.0
cd "$folder"
"$folder/venv/bin/python" - <<'PROGRAM'
import contextlib
import io
import os
import time
import warnings

os.environ["HF_HUB_OFFLINE"] = "1"
warnings.filterwarnings("ignore")
import torch
import transformers
from transformers import Trainer, TrainerCallback, TrainingArguments


class Line(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = torch.nn.Linear(1, 1)
        torch.nn.init.zeros_(self.layer.weight)
        torch.nn.init.constant_(self.layer.bias, 10.0)

    def forward(self, x, labels):
        time.sleep(0.02)
        y = self.layer(x)
        return {"loss": (y - labels).square().mean(), "logits": y}


class StopAfter(TrainerCallback):
    def __init__(self, epochs):
        self.epochs = epochs

    def on_epoch_end(self, args, state, control, **kwargs):
        control.should_training_stop = state.epoch >= self.epochs


def log_history(folder, stop=4, resume=None):
    rows = [{"x": torch.tensor([i / 16]), "labels": torch.zeros(1)} for i in range(16)]
    options = TrainingArguments(
        folder, num_train_epochs=4, per_device_train_batch_size=4, learning_rate=1, lr_scheduler_type="constant",
        logging_strategy="epoch", save_strategy="epoch", report_to=[], use_cpu=True, disable_tqdm=True,
    )
    with contextlib.redirect_stdout(io.StringIO()):
        trainer = Trainer(Line(), options, train_dataset=rows, callbacks=[StopAfter(stop)])
        trainer.train(resume_from_checkpoint=resume)
    return trainer.state.log_history


whole = log_history("whole")
log_history("killed", stop=3)
resumed = log_history("killed", resume="killed/checkpoint-12")
losses = [[entry["loss"] for entry in history if "loss" in entry] for history in (whole, resumed)]
print("transformers", transformers.__version__)
for name, history, epochs in zip(("in one go", "resumed after epoch 3"), (whole, resumed), losses):
    last = {key: round(history[-1][key], 3) for key in ("train_loss", "train_runtime", "step")}
    print(name, "losses by epoch", [round(loss, 3) for loss in epochs], "last entry", last)
assert losses[0] == losses[1] and whole[-1]["step"] == resumed[-1]["step"] == 16
assert abs(whole[-1]["train_loss"] - sum(losses[0]) / 4) < 1e-4
assert abs(resumed[-1]["train_loss"] - losses[1][-1]) < 1e-4
assert resumed[-1]["train_runtime"] < whole[-1]["train_runtime"] / 2
PROGRAM
