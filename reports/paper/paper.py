"""The folder for a paper: figures, tables, captions, what to cite, and the command that makes all of it again."""

import hashlib
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import NamedTuple

import polars as pl

from reports.charts.figures import Figure
from reports.pages.page import Files, Page
from reports.pages.response_page import response_page
from reports.pages.study_page import study_page
from reports.paper import drawings, forms
from reports.paper.citations import Citation, citations, doehouse_entry, entries, used
from reports.tables.tables import Results, Table
from reports.text.numbers import day_and_time
from reports.text.slugs import slug

MOST_FLOATS = 8  # that LaTeX is given before it must place them
PREAMBLE = r"""\documentclass{article}
\usepackage{iftex}
\ifpdftex\usepackage[T1]{fontenc}\else\usepackage{fontspec}\fi % names in other scripts: lualatex
\usepackage{booktabs}
\usepackage{etoolbox}
\usepackage{longtable}
\usepackage{graphicx}
\usepackage[margin=15mm]{geometry}
\setlength{\tabcolsep}{3pt}
\AtBeginEnvironment{tabular}{\footnotesize}
\AtBeginEnvironment{longtable}{\footnotesize}
\begin{document}
"""
REPRODUCE = """#!/bin/sh
# From the log folders to these figures and tables:  sh reproduce.sh LOGS
# Night {night} of {day}, doehouse {version}. It ends by holding the new tables against those here.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
again=$(mktemp -d)
logs=${{1:?found no log root, expected: sh reproduce.sh LOGS}}
doehouse night --logs "$logs" --studies "$here/studies" --house "$again/house"
doehouse paper {study} "$again/paper" --house "$again/house"
cd "$again/paper"
sha256sum --check --quiet "$here/SHA256SUMS" && echo "The same tables, and figures drawn from them: $again/paper"
"""


class Night(NamedTuple):
    """Which night the numbers are of."""

    number: int
    ended_at: datetime
    version: str


class Shown(NamedTuple):
    """A figure or table of a page, with the name of its files and the rows of its page."""

    name: str
    item: Figure | Table
    rows: Mapping[str, pl.DataFrame]


def paper(results: Results, responses: Mapping[str, Results], night: Night, study_file: str) -> Files:
    """Path below the folder -> content.

    `results` and `responses` are those of `study_pages`; `study_file` is the study as TOML.
    """
    pages = {"study": study_page(results)}
    pages |= {slug(name): response_page(name, results, mine) for name, mine in responses.items()}
    shown = [one for name, page in pages.items() for one in _shown(name, page)]
    study = results["study"].frame.row(0, named=True)
    cited = citations(used(results, responses, [one.item for one in shown if isinstance(one.item, Figure)]))
    files: Files = {}
    for one in shown:
        files |= _figure(one, one.item) if isinstance(one.item, Figure) else _table(one, one.item)
    files |= {
        f"studies/{study['study']}.toml": study_file.encode(),
        "references.bib": _bibliography(cited, night).encode(),
        "paper.tex": _tex(study["title"] or study["study"], shown, cited).encode(),
        "reproduce.sh": REPRODUCE.format(
            night=night.number, day=day_and_time(night.ended_at), version=night.version, study=study["study"]
        ).encode(),
    }
    files["README.md"] = _readme(study["title"] or study["study"], shown, cited, night, files).encode()
    files["SHA256SUMS"] = _sums(files).encode()
    return files


def _shown(name: str, page: Page) -> Iterator[Shown]:
    items: list[Figure | Table] = [*page.figures, *page.tables]
    for item in items:
        if isinstance(item, Figure) or item.lines:
            yield Shown(f"{name}-{item.slug}", item, page.rows)


def _figure(one: Shown, figure: Figure) -> Files:
    drawing = drawings.drawing(figure, one.rows)
    return {f"figures/{one.name}.svg": drawing.svg.encode(), f"figures/{one.name}.pdf": drawing.pdf}


def _table(one: Shown, table: Table) -> Files:
    drawing = forms.drawing(table)
    drawn = (
        {}
        if drawing is None
        else {f"tables/{one.name}.svg": drawing.svg.encode(), f"tables/{one.name}.pdf": drawing.pdf}
    )
    return drawn | {
        f"tables/{one.name}.csv": forms.csv(table).encode(),
        f"tables/{one.name}.tex": forms.latex(table, f"tab:{one.name}").encode(),
        f"tables/{one.name}.md": forms.markdown(table).encode(),
    }


def figure_caption(figure: Figure) -> str:
    """What the figure says, how to read it, and its numbers."""
    return " ".join(part for part in (f"{figure.title}.", figure.note, figure.alt) if part)


def _tex(title: str, shown: list[Shown], cited: list[Citation]) -> str:
    """A document that holds everything: to compile, or to copy from."""
    parts = [PREAMBLE, f"\\section*{{{forms.escaped(title)}}}\n\n"]
    parts += [f"{forms.escaped(one.sentence)} \\cite{{{','.join(one.keys)}}}.\n" for one in cited]
    parts.append("The analysis is that of doehouse \\cite{doehouse}.\n")
    for place, one in enumerate(shown, 1):
        if isinstance(one.item, Figure):
            star = "" if drawings.width_of(one.item) == drawings.COLUMN else "*"
            parts.append(
                f"\n\\begin{{figure{star}}}\n\\centering\n\\includegraphics{{figures/{one.name}.pdf}}\n"
                f"\\caption{{{forms.escaped(figure_caption(one.item))}}}\n\\label{{fig:{one.name}}}\n\\end{{figure{star}}}\n"
            )
        else:
            parts.append(f"\n\\input{{tables/{one.name}.tex}}\n")
        if place % MOST_FLOATS == 0:
            parts.append("\\clearpage\n")
    parts.append("\n\\bibliographystyle{plain}\n\\bibliography{references}\n\\end{document}\n")
    return "".join(parts)


def _bibliography(cited: list[Citation], night: Night) -> str:
    keys = [key for one in cited for key in one.keys]
    return "\n".join([*(entries()[key] for key in keys), doehouse_entry(night.version, night.ended_at.year)])


def _readme(title: str, shown: list[Shown], cited: list[Citation], night: Night, files: Files) -> str:
    lines = [
        f"# {title}",
        "",
        f"Night {night.number} of {day_and_time(night.ended_at)}, doehouse {night.version}. "
        "`sh reproduce.sh LOGS` makes all of it again from the log folders; `paper.tex` holds all of it to copy from.",
        "",
        *(f"- {one.sentence} ({', '.join(one.keys)})." for one in cited),
    ]
    for one in shown:
        kind, words = (
            ("figures", figure_caption(one.item))
            if isinstance(one.item, Figure)
            else ("tables", forms.caption(one.item))
        )
        forms_of = [
            ending for ending in ("svg", "pdf", "csv", "tex", "md") if f"{kind}/{one.name}.{ending}" in files
        ]
        links = " · ".join(f"[{ending}]({kind}/{one.name}.{ending})" for ending in forms_of)
        lines += ["", f"**{one.name}** {links}", "", " ".join(words.split())]
        if isinstance(one.item, Figure):
            lines += ["", f"![]({kind}/{one.name}.svg)"]
    return "\n".join(lines) + "\n"


def _sums(files: Files) -> str:
    """Of the tables as printed: digits beyond may differ from machine to machine."""
    return "".join(
        f"{hashlib.sha256(content).hexdigest()}  {path}\n"
        for path, content in sorted(files.items())
        if path.endswith(".md") and "/" in path
    )
