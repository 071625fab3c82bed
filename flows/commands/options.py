"""The options that commands share: where the logs, the studies and the house are, and how a path is read."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter, Token

from flows.house.errors import UsageError
from flows.log_root.bucket import refuse_secrets


def named_path(_: Any, tokens: Sequence[Token]) -> Path:
    """A path that was given: an empty text would be the current folder, which nobody meant. Raises UsageError."""
    (token,) = tokens
    if not token.value.strip():
        raise UsageError(
            f"{token.keyword or 'a path'}: found an empty text, expected a path. Give one, or leave it out "
            f"{'by unsetting the variable' if token.source == 'env' else 'for the default'}; `.` is the current folder."
        )
    return Path(token.value)


def named_study(kind: Any, tokens: Sequence[Token]) -> Path:
    """A study file, or a folder of them, that is there. Raises UsageError."""
    path = named_path(kind, tokens)
    if not path.exists():
        raise UsageError(f"{path}: found no such file, expected a study file. Check the path.")
    return path


def named_root(kind: Any, tokens: Sequence[Token]) -> Path:
    """A folder, or an address such as s3://bucket/path, which is carried about as a path. Raises UsageError."""
    logs = named_path(kind, tokens)
    refuse_secrets(logs)
    return logs


PathArgument = Annotated[Path, Parameter(converter=named_path)]
StudyArgument = Annotated[Path, Parameter(converter=named_study)]
HouseOption = Annotated[Path, Parameter(name="--house", env_var="DOEHOUSE_HOUSE", converter=named_path)]
LogsOption = Annotated[Path, Parameter(name="--logs", env_var="DOEHOUSE_LOGS", converter=named_root)]
StudiesOption = Annotated[Path, Parameter(name="--studies", env_var="DOEHOUSE_STUDIES", converter=named_path)]
NotifyOption = Annotated[tuple[str, ...], Parameter(env_var="DOEHOUSE_NOTIFY", negative=())]
HOUSE, LOGS, STUDIES = Path("house"), Path("logs"), Path(__file__).parents[2] / "models" / "studies"
