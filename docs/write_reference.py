"""The pages of docs/reference, written from the code: `make reference`; a test holds them against it."""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from types import NoneType
from typing import Annotated, Any, Literal, get_args, get_origin

from expectations.promises import CATALOGUE
from flows.commands.app import app
from flows.commands.options import STUDIES
from flows.reading.notices.findings import MEANINGS
from flows.warehouse.warehouse import grain, open_warehouse
from models.declared.promises import Config, Promises, Steps
from models.declared.study import Study

HERE = Path(__file__).parent / "reference"
# What each key of a study says. A key that is not here, or no key any more, is refused.
STUDY = {
    "name": "name of the study, of its wide view and of its pages",
    "title": "what was asked, in words",
    "timezone": "zone of stamps that name none, such as `Europe/Amsterdam`",
    "restarts": "which stamps of a container that was restarted count; `quarantine` leaves its folder out",
    "allow_torn": "event files of stopped containers may end inside a record; what stands before is kept",
    "containers": "containers that every folder must have (RUN-2)",
    "replicates": "folders that every run is to have (DES-1, DES-2)",
    "looks": "replicates of each run at which verdicts are firm before all `replicates` are there; they share alpha "
    "([how](../statistics.md#looks))",
    "fresh_within": "how old the newest data may be, such as `36h`; told once when they are older (FRE-1)",
    "unit": "which error decides: of folders or of containers; left out, folders decide where they can be judged "
    "([why](../reading-results.md#container-or-folder))",
    "scale": "`log` draws all conclusions on the log scale; left out, the data choose ([why](../reading-results.md#scale))",
    "alpha": "how often an effect that is none may be called active",
    "factors": "each factor with its levels, low first; letters follow their order",
    "generators": "of a fraction: `[\"D = ABC\"]`; left out, a full factorial",
    "center": "level of each factor in the centre's runs",
    "center_runs": "how many runs the centre has",
    "terms": "effects of the model; left out, main effects and one two-factor interaction of each alias set",
    "block": "what executions shared beside their run: `replicate`, `date`, or names that stand as placeholders in the "
    "path or in `columns` of a table, such as `node`",
    "whole_plot": "factors that are hard to change and stay from one execution to the next (a split plot)",
    "folders": "pattern of the folders of the testbed's layout ([placeholders](../own-logs.md))",
    "ran_with": "folder -> the levels it really ran with, where they differ from the plan",
    "responses": "what was measured, by its name: [keys of a response](../own-logs.md)",
    "source": "where files, levels and values stand otherwise: [keys of source](../own-logs.md)",
    "promises": "what must hold of this study's data, beside what always must",
}  # fmt: skip
PROMISES = {
    "steps": "`{ metric, equals }`: a container records as many points of the metric as the level of that factor (STP-1)",
    "path": "what the path below a container must say, such as `{Network}_fashion-mnist` (LEV-1)",
    "config": "`{ file, levels }`: a JSON file in each folder that tells the levels; `levels` maps factors to keys (LEV-1)",
    "longest_seconds": "no container runs longer (CON-4)",
}


def pages() -> dict[str, str]:
    """File name -> text."""
    return {
        "study.md": study(),
        "promises.md": promises(),
        "notices.md": notices(),
        "relations.md": relations(),
        "commands.md": commands(),
    }


def table(headers: str, rows: Iterator[tuple[str, ...]]) -> str:
    names = headers.split(", ")
    lines = [names, ["---"] * len(names), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def study() -> str:
    for model, told in ((Study, STUDY), (Promises, PROMISES)):
        if list(told) != list(model.model_fields):
            raise ValueError(f"{model.__name__} has {list(model.model_fields)}, and its table {list(told)}")
    assert {*Steps.model_fields} == {"metric", "equals"} and {*Config.model_fields} == {"file", "levels"}
    return (
        "# The study file\n\nA study is one TOML file in the folder of studies. Nonsense is refused with a sentence that "
        "says what was found and what was expected: letters that no factor has, terms that are aliased with each other, a "
        "folder that two studies claim. Whoever changes what decides how folders are read (the zone, factors, `folders`, "
        "`source`, `restarts`, `allow_torn`, promises) has the folders of the study read again.\n\n## Keys of a study\n\n"
        + table("key, takes, by default, says", keys(Study, STUDY))
        + "\n## Keys of promises\n\n"
        + table("key, takes, says", ((key, takes, says) for key, takes, _, says in keys(Promises, PROMISES)))
    )


def keys(model: type[Any], told: dict[str, str]) -> Iterator[tuple[str, str, str, str]]:
    for name, field in model.model_fields.items():
        default = (
            "must be there" if field.is_required() else shown(field.get_default(call_default_factory=True))
        )
        yield f"`{name}`", takes(field.annotation), default, told[name]


def shown(default: object) -> str:
    if isinstance(default, Promises) or default in (None, "", (), {}):
        return ""
    return f"`{str(default).lower() if isinstance(default, bool) else default}`"


def takes(annotation: Any) -> str:
    """A type in the words of a study file."""
    origin, parts = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return takes(parts[0])
    if origin is Literal:
        return " or ".join(f"`{part}`" for part in parts)
    if origin is dict:
        return "a table"
    if origin is tuple:
        return f"a list of {takes(parts[0])}".replace("a list of text", "texts").replace(
            "a list of `", "some of `"
        )
    if parts:
        return " or ".join(takes(part) for part in parts if part is not NoneType)
    plain = {str: "text", int: "a whole number", float: "a number", bool: "`true` or `false`"}
    return plain.get(annotation, "a table")


def promises() -> str:
    return (
        "# Promises\n\nEach night holds the data against these, with Great Expectations. A broken *stop* promise of a "
        "folder quarantines the folder, of the warehouse (WH) it stops the night; a broken *warn* promise is shown.\n\n"
        + table(
            "code, severity, promise, what to do",
            ((one.code, one.severity, one.sentence, one.remedy) for one in CATALOGUE),
        )
    )


def notices() -> str:
    return (
        "# Notices of the reader\n\nR: read all the same. W: waiting for the next night. Q: quarantined. Q321 alone "
        "quarantines nothing: it holds back what changed in an accepted folder.\n\n"
        + table("code, meaning", iter(MEANINGS.items()))
    )


def relations() -> str:
    """Every table and view with its grain and columns, as an empty warehouse has them."""
    with TemporaryDirectory() as folder, open_warehouse(Path(folder) / "warehouse.duckdb") as warehouse:
        found = warehouse.frame("pages/dictionary_relations").rows()
        columns = warehouse.frame("pages/dictionary_columns")
    parts = [
        "# Tables and views\n\n`doehouse sql` lists them; the page *Dictionary* has them with the way from file to figure. "
        "Beside these, each study has a view of its own name: a row a container, a column a factor and response.\n"
    ]
    for relation, kind, comment in sorted(found, key=lambda one: (one[1] != "view", one[0])):
        mine = columns.filter(relation=relation).select("column_name", "data_type", "comment").rows()
        rows = (
            (f"`{name}`", f"`{kind_of.lower()}`", says.replace("|", "\\|")) for name, kind_of, says in mine
        )
        head = f"{kind.capitalize()}, a row for each {grain(relation)}. {comment}"
        parts.append(f"\n## {relation}\n\n{head}\n\n{table('column, type, meaning', rows)}")
    return "".join(parts)


def commands() -> str:
    """As `--help` says it, without the paths of this machine."""
    # cyclopts takes the program that runs for its own name where a command is its own function
    text = re.sub(r"--install-completion .*(?= \[OPTIONS\])", "--install-completion", app.generate_docs())
    text = text.replace(str(STUDIES), os.path.relpath(STUDIES, HERE.parents[1]))
    _, _, rest = text.partition("\n## doehouse ")
    told = re.sub(r"\*\[default: (\(\)|False|None)\]\*", "", f"\n## doehouse {rest}")
    told = re.sub(r"[ \t]+$", "", told, flags=re.MULTILINE)
    return (
        "# Commands\n\nExit codes: 0 done; 1 failed or a stop promise of the whole warehouse is broken, nothing is "
        "published; 2 wrong usage; 3 another night holds the house. `doehouse --install-completion` teaches the shell to "
        f"complete commands, options and paths; `NO_COLOR=1` leaves colours out.\n{told.rstrip()}\n"
    )


def main() -> None:
    for name, text in pages().items():
        (HERE / name).write_text(text)


if __name__ == "__main__":
    main()
