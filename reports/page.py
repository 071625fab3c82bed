"""A page: its figures and tables with their files, filled into a template."""

import hashlib
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from reports.figures import Figure, drawing, json_columns, on_page, panel_specs
from reports.tables import Result, Table, csv

Results = Mapping[str, Result]
Files = dict[str, bytes]
Previous = Callable[[str], bytes | None]

HERE = Path(__file__).parent
# Nothing but the site's own files runs or styles a page. 'self' is what a server needs, file: what some browsers
# need for pages opened from disk; integrity hashes are refused there, and inline scripts everywhere.
POLICY = (
    "default-src 'none'; script-src 'self' file:; style-src 'self' file:; img-src 'self' file: data:; "
    "base-uri 'none'; form-action 'none'"
)


def no_previous(path: str) -> bytes | None:
    """There was no site before this one."""
    return None


class Link(NamedTuple):
    text: str
    href: str


class Page:
    """One page in the making. `folder` is where its files lie below the site, '' at the top."""

    def __init__(self, folder: str, name: str, results: Results, previous: Previous = no_previous) -> None:
        self.folder, self.name, self.results, self.previous = folder, name, results, previous
        self.files: Files = {}
        self.rows: dict[str, pl.DataFrame] = {}
        self.stem = "" if name == "index.html" else f"{Path(name).stem}-"

    @property
    def root(self) -> str:
        return "../" * (self.folder.count("/") + 1) if self.folder else ""

    def figure(self, figure: Figure) -> dict[str, Any]:
        """Draw the figure into files beside the page (again only if it changed); gives what the template shows."""
        path = f"figures/{self.stem}{figure.slug}"
        panels = panel_specs(figure)
        svg, png = drawn(drawing(figure, panels, self.rows), self._below(path), self.previous)
        self.files |= {self._below(f"{path}.svg"): svg, self._below(f"{path}.png"): png}
        return {
            "figure": figure,
            "id": figure.slug,
            "specs": [on_page(panel) for panel in panels],
            "svg": f"{path}.svg",
            "png": f"{path}.png",
            **self.source(figure.source),
        }

    def table(self, table: Table) -> dict[str, Any]:
        return {"table": table, "id": table.slug, **(self.source(table.source) if table.source else {})}

    def html(self, template: str, **values: Any) -> Files:
        """The page and all files that belong to it."""
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
        return {**self.files, self._below(self.name): text.encode()}

    def source(self, name: str) -> dict[str, str]:
        path = f"data/{self.stem if not name.startswith('study') else ''}{name}.csv"
        self.files[self._below(path)] = csv(self.results[name].frame)
        return {"csv": path, "sql": self.results[name].sql}

    def _below(self, path: str) -> str:
        return f"{self.folder}/{path}" if self.folder else path


def drawn(spec: dict[str, Any], path: str, previous: Previous) -> tuple[bytes, bytes]:
    """The spec as SVG and PNG. The SVG ends with the digest of its spec, so that the next night need not draw it again."""
    import json

    import vl_convert

    text = json.dumps(spec, sort_keys=True, allow_nan=False)
    stamp = f"<!-- drawn from {hashlib.sha256(text.encode()).hexdigest()} -->".encode()
    svg, png = previous(f"{path}.svg"), previous(f"{path}.png")
    if svg is not None and png is not None and svg.endswith(stamp):
        return svg, png
    drawn_svg = vl_convert.vegalite_to_svg(spec)
    return drawn_svg.encode() + stamp, vl_convert.svg_to_png(drawn_svg, scale=2)


@cache
def environment() -> Environment:
    """Jinja with escaping on; `tojson` is the only way data gets into a script element."""
    made = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.policies["json.dumps_kwargs"] = {"ensure_ascii": False, "separators": (",", ":"), "allow_nan": False}
    return made
