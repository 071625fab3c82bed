"""A page: its figures and tables with their files, filled into a template."""

from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from reports.charts.figures import Figure, json_columns, on_page
from reports.charts.sketch import Sketch
from reports.pages.set_up import Compiled
from reports.tables.tables import Results, Table, csv
from reports.text.wording import in_words_of

Files = dict[str, bytes]

HERE = Path(__file__).parent
# Nothing but the site's own files runs or styles a page. 'self' is what a server needs, file: what some browsers
# need for pages opened from disk; integrity hashes are refused there, and inline scripts everywhere.
POLICY = (
    "default-src 'none'; script-src 'self' file:; style-src 'self' file:; img-src 'self' file: data:; "
    "base-uri 'none'; form-action 'none'"
)


class Link(NamedTuple):
    text: str
    href: str


class Page:
    """One page in the making. `folder` is where its files lie below the site, '' at the top.

    A page that is alone has no files beside it: its script makes CSV and SVG of what the page itself holds.
    """

    def __init__(self, folder: str, name: str, results: Results, is_alone: bool = False) -> None:
        self.folder, self.name, self.results = folder, name, results
        self.is_alone = is_alone
        self.execution_word = "folder"
        self.files: Files = {}
        self.rows: dict[str, pl.DataFrame] = {}
        self.figures: list[Figure] = []
        self.tables: list[Table] = []
        self.stem = "" if name == "index.html" else f"{Path(name).stem}-"

    @property
    def root(self) -> str:
        return "../" * (self.folder.count("/") + 1) if self.folder else ""

    def figure(self, figure: Figure, still: Sketch | None = None) -> dict[str, Any]:
        """What the template shows; the page's script draws it, and makes SVG and PNG when they are asked for.

        `still` is shown where no script runs.
        """
        self.figures.append(figure)
        return {
            "figure": figure,
            "id": figure.slug,
            "still": still,
            "specs": [on_page(panel) for panel in figure.panels],
            **self.source(figure.source),
        }

    def table(self, table: Table) -> dict[str, Any]:
        self.tables.append(table)
        return {
            "table": table,
            "id": table.slug,
            "root": self.root,
            **(self.source(table.source) if table.source else {}),
        }

    def html(self, template: str, **values: Any) -> Files:
        """The page and all files that belong to it."""
        return self.filled(template, **values).files

    def filled(self, template: str, **values: Any) -> "Page":
        """This page with its file among the others; what it shows can be taken from it."""
        text = (
            environment()
            .get_template(template)
            .render(
                policy=POLICY,
                root=self.root,
                rows={name: json_columns(frame) for name, frame in sorted(self.rows.items())},
                **values,
            )
        )
        self.files[self._below(self.name)] = in_words_of(text, self.execution_word).encode()
        return self

    def source(self, name: str) -> dict[str, str]:
        """The query by its name, and the file of what it gave."""
        if self.is_alone:
            return {"sql": self.results[name].sql}
        path = f"data/{self.stem if not name.startswith('study') else ''}{name}.csv"
        self.files[self._below(path)] = csv(self.results[name].frame)
        return {"csv": path, "sql": self.results[name].sql}

    def _below(self, path: str) -> str:
        return f"{self.folder}/{path}" if self.folder else path


@cache
def environment() -> Environment:
    """Jinja with escaping on; `tojson` is the only way data gets into a script element."""
    made = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        bytecode_cache=Compiled(),
    )
    made.policies["json.dumps_kwargs"] = {"ensure_ascii": False, "separators": (",", ":"), "allow_nan": False}
    return made
