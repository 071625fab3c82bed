"""The options that commands share: where the logs, the studies and the house are."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

HouseOption = Annotated[Path, Parameter(name="--house", env_var="DOEHOUSE_HOUSE")]
LogsOption = Annotated[Path, Parameter(name="--logs", env_var="DOEHOUSE_LOGS")]
StudiesOption = Annotated[Path, Parameter(name="--studies", env_var="DOEHOUSE_STUDIES")]
HOUSE, LOGS, STUDIES = Path("house"), Path("logs"), Path(__file__).parents[2] / "models" / "studies"
