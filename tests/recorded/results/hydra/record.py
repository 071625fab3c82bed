"""Record a multirun of Hydra 1.3.8: pip install hydra-core==1.3.8 in a venv, python record.py."""

import csv
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
PROGRAM = """
import csv, hashlib, json
from pathlib import Path
import hydra
from hydra.core.hydra_config import HydraConfig

@hydra.main(version_base=None, config_path="conf", config_name="config")
def main(cfg):
    noise = int(hashlib.sha256(repr(cfg).encode()).hexdigest(), 16) % 1000 / 1e4
    accuracy = 0.7 + 0.1 * (cfg.optim.lr < 0.05) + 0.05 * (cfg.model.name == "resnet") + noise
    here = Path(HydraConfig.get().runtime.output_dir)
    (here / "result.json").write_text(json.dumps({"test": {"accuracy": accuracy, "loss": 1 - accuracy}}))
    with open("seen.csv", "a", newline="") as file:
        csv.writer(file).writerow([cfg.model.name, cfg.optim.lr, cfg.seed, accuracy])

main()
"""
CONF = {
    "config.yaml": "defaults:\n  - model: cnn\n  - _self_\noptim:\n  lr: 0.1\n  momentum: 0.9\nseed: 0\n",
    "model/cnn.yaml": "name: cnn\nlayers: 2\n",
    "model/resnet.yaml": "name: resnet\nlayers: 18\n",
}


def main() -> None:
    logs = HERE / "logs"
    shutil.rmtree(logs, ignore_errors=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "train.py").write_text(PROGRAM)
        for file, text in CONF.items():
            (folder / "conf" / file).parent.mkdir(parents=True, exist_ok=True)
            (folder / "conf" / file).write_text(text)
        sweep = ["-m", "model=cnn,resnet", "optim.lr=0.1,0.01", "seed=0,1"]
        subprocess.run([sys.executable, "train.py", *sweep], cwd=folder, check=True, capture_output=True)
        shutil.copytree(folder / "multirun", logs / "multirun")
        with (folder / "seen.csv").open() as file:
            rows = list(csv.reader(file))
        for path in logs.rglob("*.yaml"):  # Hydra keeps the folders of the machine it ran on
            path.write_text(
                path.read_text().replace(name, "/home/worker/study").replace(sys.prefix, "/home/worker/venv")
            )
    with (HERE / "expected.csv").open("w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([["model", "lr", "replicate", "Accuracy"], *rows])


main()
