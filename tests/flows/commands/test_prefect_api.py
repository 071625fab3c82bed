"""Whether a Prefect server is set up is told as Prefect itself tells it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from flows.commands.prefect_api import api_url, does_answer
from tests.prefect_server import PrefectServer

SETTINGS = ("PREFECT_API_URL", "PREFECT_PROFILE", "PREFECT_HOME", "PREFECT_PROFILES_PATH")
# What Prefect itself says in each folder, in one process, since it takes seconds to import.
PREFECTS_OWN = """
import json, os, sys
from pathlib import Path
from prefect.settings import sources
from prefect.settings.models.root import Settings
for folder, environment in json.loads(sys.argv[1]).items():
    os.chdir(folder)
    sources.DEFAULT_PREFECT_HOME = Path(folder, ".prefect")
    os.environ.update(environment)
    print(Settings().api.url or "")
    for name in environment:
        del os.environ[name]
"""
PROFILES = """
active = "lab"
[profiles.lab]
PREFECT_API_URL = "http://lab/api"
[profiles.other]
PREFECT_API_URL = "http://other/api"
[profiles.none]
PREFECT_LOGGING_LEVEL = "INFO"
"""
CASES: dict[str, tuple[dict[str, str], dict[str, str], str]] = {  # files, environment, address
    "nothing": ({}, {}, ""),
    "environment": (
        {".prefect/profiles.toml": PROFILES},
        {"PREFECT_API_URL": "http://env/api"},
        "http://env/api",
    ),
    "empty environment": ({".prefect/profiles.toml": PROFILES}, {"PREFECT_API_URL": ""}, ""),
    "active profile": ({".prefect/profiles.toml": PROFILES}, {}, "http://lab/api"),
    "named profile": ({".prefect/profiles.toml": PROFILES}, {"PREFECT_PROFILE": "other"}, "http://other/api"),
    "profile without": ({".prefect/profiles.toml": PROFILES}, {"PREFECT_PROFILE": "none"}, ""),
    "unknown profile": ({".prefect/profiles.toml": PROFILES}, {"PREFECT_PROFILE": "gone"}, ""),
    "home": ({"home/profiles.toml": PROFILES}, {"PREFECT_HOME": "home"}, "http://lab/api"),
    "path": ({"mine.toml": PROFILES}, {"PREFECT_PROFILES_PATH": "mine.toml"}, "http://lab/api"),
    "prefect.toml": ({"prefect.toml": '[api]\nurl = "http://toml/api"'}, {}, "http://toml/api"),
    "pyproject.toml": ({"pyproject.toml": '[tool.prefect.api]\nurl = "http://py/api"'}, {}, "http://py/api"),
    "project's path": (
        {"pyproject.toml": '[tool.prefect]\nprofiles_path = "mine.toml"', "mine.toml": PROFILES},
        {},
        "http://lab/api",
    ),
    ".env": ({".env": "PREFECT_API_URL=http://dot/api\n"}, {}, "http://dot/api"),
    "order": (
        {
            ".prefect/profiles.toml": PROFILES,
            "pyproject.toml": '[tool.prefect.api]\nurl = "http://py/api"',
            "prefect.toml": '[api]\nurl = "http://toml/api"',
        },
        {},
        "http://toml/api",
    ),
}


def test_the_address_is_the_one_that_prefect_finds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in SETTINGS:
        monkeypatch.delenv(name, raising=False)
    asked = {}
    for number, (case, (files, environment, expected)) in enumerate(CASES.items()):
        folder = tmp_path / str(number)
        for name, content in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(content)
        folder.mkdir(exist_ok=True)
        with monkeypatch.context() as patched:
            patched.chdir(folder)
            for name, value in {"HOME": str(folder), **environment}.items():
                patched.setenv(name, value)
            assert (api_url() or "") == expected, case
        asked[str(folder)] = environment
    command = [sys.executable, "-c", PREFECTS_OWN, json.dumps(asked)]
    told = subprocess.run(command, capture_output=True, text=True, check=True, cwd=tmp_path).stdout
    assert dict(zip(CASES, told.splitlines(), strict=True)) == {case: each[2] for case, each in CASES.items()}


def test_profiles_that_cannot_be_read_name_no_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "profiles.toml").write_text("active = ")
    for name in SETTINGS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PREFECT_HOME", str(tmp_path))
    assert api_url() is None


def test_a_server_answers_and_a_port_without_one_does_not(prefect_server: PrefectServer) -> None:
    assert does_answer(prefect_server.api)
    assert not does_answer("http://127.0.0.1:9/api")
    assert not does_answer("nonsense")
