"""A deployment is not made where the environment does not say where the logs are."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.houses import ROOT
from tests.prefect_server import COMMANDS, PrefectServer


def test_the_deployment_is_refused_without_a_log_root(prefect_server: PrefectServer, tmp_path: Path) -> None:
    """Prefect 3.8 takes an unset variable for an empty text, which a path makes the current folder."""
    for room in ("flows", "models", "sql", "expectations", "reports", "pyproject.toml", "prefect.yaml"):
        (tmp_path / room).symlink_to(ROOT / room)
    environment = {**prefect_server.environment, "DOEHOUSE_HOME": str(tmp_path)}
    environment.pop("DOEHOUSE_LOGS", None)
    create = ["work-pool", "create", "refused", "--type", "process"]
    deploy = ["--no-prompt", "deploy", "--name", "nightly", "--pool", "refused"]
    command = [sys.executable, "-c", COMMANDS, json.dumps([create, deploy])]
    ended = subprocess.run(
        command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 1, ended.stdout
    told = " ".join((ended.stdout + ended.stderr).split())
    assert "logs" in told and ("too short" in told or "non-empty" in told), told


def test_the_flow_itself_refuses_an_empty_path() -> None:
    from flows.nightly import nightly

    for name in ("logs", "studies", "house"):
        places = {"logs": "a", "studies": "b", "house": "c", name: ""}
        with pytest.raises(Exception, match=f"(?s){name}.*found an empty text, expected a path"):
            nightly.validate_parameters(places)
