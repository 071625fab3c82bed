"""What docs/own-logs.md says of study files is what they are: every key, every placeholder, every example."""

import re
import tomllib

import pytest
from pydantic import BaseModel

from models.declared.folders import NUMBERING, read_pattern
from models.declared.responses import Response
from models.declared.source import Levels, Source
from models.declared.study import Study
from tests.houses import ROOT

PAGE = (ROOT / "docs" / "own-logs.md").read_text()
EXAMPLES = re.findall(r"^```toml\n(.*?)^```", PAGE, re.M | re.S)


def table(heading: str) -> list[str]:
    """The first cells of the table with a heading."""
    ((rows,),) = [re.findall(rf"^\| {re.escape(heading)} \|.*\n\|[ |-]+\n((?:\|.*\n)+)", PAGE, re.M)]
    return re.findall(r"^\| `([^`]+)` \|", rows, re.M)


@pytest.mark.parametrize(
    ("heading", "model"),
    [("key of `[source]`", Source), ("key of `levels`", Levels), ("key of a response", Response)],
)
def test_the_table_names_every_key(heading: str, model: type[BaseModel]) -> None:
    assert sorted(table(heading)) == sorted(model.model_fields)


def test_the_table_names_every_placeholder() -> None:
    told = table("placeholder")
    assert told == ["{<factor>}", *(f"{{{name}}}" for name in (*NUMBERING, "container")), "*", "**"]
    pattern = "/".join(each.replace("<factor>", "lr") for each in told[:-2])
    assert read_pattern(f"{pattern}/**/*", {"lr": ("1", "2")}, of_files=True).names == (
        "lr",
        *NUMBERING,
        "container",
    )


@pytest.mark.parametrize("text", EXAMPLES, ids=range(len(EXAMPLES)))
def test_every_example_is_one(text: str) -> None:
    """Those that leave out factors or responses are completed by what they name."""
    told = tomllib.loads(text)
    source = told.get("source", {})
    places = [source.get("files", ""), source.get("table", ""), source.get("levels", {}).get("pattern", "")]
    places += [each.get("column", "") for each in told.get("responses", {}).values()]
    named = [*re.findall(r"\{(\w+)\}", " ".join(places)), *source.get("columns", {})]
    for place in ("columns", "keys"):
        named += source.get("levels", {}).get(place, {})
    factors = {
        each: ["1", "2"] for each in named if each not in ("run", "replicate", "container", "start", "stop")
    }
    completed = {
        "name": "example",
        "factors": factors or {"lr": ["1", "2"]},
        "responses": {"Accuracy": {"metric": "acc"}},
        **told,
    }
    Study.model_validate(completed)
