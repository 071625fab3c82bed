"""Whether somebody set up a Prefect server for nights, told without importing Prefect, which takes seconds."""

import os
import tomllib
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

PATIENCE = 5  # seconds for an answer of the server
NAME = "PREFECT_API_URL"


def api_url() -> str | None:
    """The address of Prefect's API as Prefect 3 finds it: in the environment, else in `.env`, `prefect.toml` or
    `pyproject.toml` of the working directory, else in the active profile; None where it would start a server of its own.
    """
    if NAME in os.environ:
        return os.environ[NAME] or None
    project = read_toml(Path("pyproject.toml"), "tool", "prefect")
    own, file = read_toml(Path("prefect.toml")), dotenv()
    path = file.get("PREFECT_PROFILES_PATH") or own.get("profiles_path") or project.get("profiles_path")
    return (
        file.get(NAME)
        or own.get("api", {}).get("url")
        or project.get("api", {}).get("url")
        or profile(path).get(NAME)
    )


def profile(declared: str | None) -> Mapping[str, Any]:
    """The settings of the active profile."""
    home = Path(os.environ.get("PREFECT_HOME") or Path.home() / ".prefect")
    profiles = read_toml(Path(os.environ.get("PREFECT_PROFILES_PATH") or declared or home / "profiles.toml"))
    active = os.environ.get("PREFECT_PROFILE") or profiles.get("active")
    settings: Mapping[str, Any] = profiles.get("profiles", {}).get(active, {})
    return settings


def dotenv() -> Mapping[str, str | None]:
    """The settings in `.env` of the working directory."""
    if not Path(".env").is_file():
        return {}
    from dotenv import dotenv_values

    return dotenv_values(".env")


def read_toml(path: Path, *tables: str) -> Mapping[str, Any]:
    """A table of a TOML file; empty where there is none that can be read."""
    try:
        found: Mapping[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    for table in tables:
        found = found.get(table, {})
    return found


def does_answer(url: str) -> bool:
    """Whether a server answers there, if only to ask who is there."""
    try:
        with urllib.request.urlopen(f"{url.rstrip('/')}/health", timeout=PATIENCE):
            return True
    except urllib.error.HTTPError:
        return True
    except (OSError, ValueError):
        return False
