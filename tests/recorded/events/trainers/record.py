"""Record ignite 0.5.5, skorch 1.4.0 and stable-baselines3 2.9.2: pip install pytorch-ignite==0.5.5 skorch==1.4.0
stable-baselines3==2.9.2 torch==2.13.0 tensorboard==2.21.0 in a venv, python record.py.
"""

import sys
from pathlib import Path

import numpy as np
import torch
from ignite.engine import Events, create_supervised_evaluator, create_supervised_trainer
from ignite.handlers.tensorboard_logger import TensorboardLogger, global_step_from_engine
from ignite.metrics import MeanSquaredError
from skorch import NeuralNetRegressor
from skorch.callbacks import TensorBoard
from stable_baselines3 import A2C
from torch.utils.tensorboard import SummaryWriter

HERE = Path(__file__).parent
sys.path.append(str(HERE.parents[1]))

from recording import record  # noqa: E402

X = torch.linspace(-1, 1, 16)[:, None]
Y = 3 * X


def ignite(logs: Path) -> None:
    """ignite's TensorboardLogger: training/batch_loss by iteration, validation/mse by epoch, one file."""
    torch.manual_seed(1)
    model = torch.nn.Linear(1, 1)
    trainer = create_supervised_trainer(
        model, torch.optim.SGD(model.parameters(), 0.1), torch.nn.functional.mse_loss
    )
    evaluator = create_supervised_evaluator(model, {"mse": MeanSquaredError()})
    data = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(X, Y), 4)
    trainer.add_event_handler(Events.EPOCH_COMPLETED, lambda: evaluator.run(data))
    with TensorboardLogger(logs) as logger:
        logger.attach_output_handler(
            trainer,
            Events.ITERATION_COMPLETED,
            "training",
            output_transform=lambda loss: {"batch_loss": loss},
        )
        logger.attach_output_handler(
            evaluator,
            Events.COMPLETED,
            "validation",
            ["mse"],
            global_step_transform=global_step_from_engine(trainer),
        )
        trainer.run(data, 3)


def skorch(logs: Path) -> None:
    """skorch's TensorBoard callback: Loss/train_loss, Loss/valid_loss and dur by epoch, from 1."""
    torch.manual_seed(1)
    callback = TensorBoard(SummaryWriter(logs))
    net = NeuralNetRegressor(
        torch.nn.Linear, module__in_features=1, module__out_features=1, max_epochs=3, lr=0.1
    )
    net.set_params(callbacks=[callback], verbose=0).fit(X, Y)


def stable_baselines3(logs: Path) -> None:
    """A2C on CartPole, learn called twice: A2C_1 and A2C_2; steps are environment steps."""
    model = A2C("MlpPolicy", "CartPole-v1", n_steps=5, seed=1, tensorboard_log=str(logs), device="cpu")
    model.learn(60, log_interval=4)
    model.learn(60, log_interval=4)


np.random.seed(1)
record(
    HERE,
    "ignite 0.5.5, skorch 1.4.0, stable-baselines3 2.9.2, PyTorch 2.13.0",
    [ignite, skorch, stable_baselines3],
)
