"""The folder for a paper, of every study of a night: what it holds, and that its numbers are those of the house."""

import io
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pandas as pd
import polars as pl
import pytest

from flows.commands.paper import files_of, study_file
from flows.night import Summary
from flows.warehouse.warehouse import open_published
from models.declared.study import load_study
from reports.pages.page import Files
from reports.paper.forms import escaped, markdown
from reports.tables.tables import Column, table
from tests.commands import doehouse_here
from tests.houses import SAMPLE, STUDIES
from tests.reports.conftest import EVIL

# Widths of the author guides: Nature 89 and 183 mm, IEEE 88.9 and 181, Elsevier 90 and 190.
MM = 72 / 25.4


def folder_of(house: Path, study: str) -> Files:
    with open_published(house / "current" / "warehouse.duckdb") as warehouse:
        return dict(files_of(warehouse, study))


@pytest.fixture(scope="module")
def written(published_house: Summary, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the command writes of the sample's house."""
    place = tmp_path_factory.mktemp("paper") / "made" / "here"
    ended = doehouse_here("paper", "fltk_2_4_1", place, "--house", published_house.house.root)
    assert (ended.returncode, ended.stderr) == (0, "drawing the figures and tables of fltk_2_4_1\n")
    figures, tables = (len(list((place / kind).glob("*.svg"))) for kind in ("figures", "tables"))
    assert ended.stdout == f"{figures} figures and {tables} tables: {place / 'README.md'}\n"
    return place


@pytest.fixture(scope="module")
def files(written: Path) -> Files:
    return {
        str(path.relative_to(written)): path.read_bytes() for path in written.rglob("*") if path.is_file()
    }


def test_every_figure_and_table_of_the_pages_is_there(files: Files, site: Path) -> None:
    wanted = set()
    for page in ("index", "Accuracy", "Time"):
        text = (site / "fltk_2_4_1" / f"{page}.html").read_text()
        name = "study" if page == "index" else page
        wanted |= {
            f"figures/{name}-{one}.svg" for one in re.findall(r'<figure class="figure" id="([^"]+)"', text)
        }
        wanted |= {f"tables/{name}-{one}.svg" for one in re.findall(r'<div class="table" id="([^"]+)"', text)}
    assert len(wanted) > 50
    assert wanted == {path for path in files if path.endswith(".svg")}
    for path in wanted:
        endings = ("pdf",) if path.startswith("figures") else ("pdf", "csv", "tex", "md")
        assert all(path.replace(".svg", f".{ending}") in files for ending in endings)


def test_figures_are_as_wide_as_a_column_or_both(files: Files) -> None:
    for path in files:
        if path.startswith("figures/") and path.endswith(".pdf"):
            found = re.search(rb"/MediaBox \[0 0 ([0-9.]+) ([0-9.]+)\]", files[path])
            assert found, path
            width, height = float(found[1]) / MM, float(found[2]) / MM
            assert 84 <= width <= 90 or 174 <= width <= 183, path
            assert height <= 247, path  # of an A4 page less an inch above and below
            svg = files[path.replace(".pdf", ".svg")].decode()
            assert "var(--" not in svg
            assert float(svg.split('width="')[1].split('"')[0]) == pytest.approx(
                float(found[1]) * 96 / 72, abs=0.1
            )


def test_a_csv_has_all_digits_of_the_warehouse(house: Path, files: Files) -> None:
    with open_published(house / "current" / "warehouse.duckdb") as warehouse:
        told = warehouse.connection.execute(
            "select sum_sq, f_value, p_value from anova_by_scale "
            "where study = 'fltk_2_4_1' and response = 'Time' and scale = 'log10' order by position"
        ).fetchall()
    read = pl.read_csv(io.BytesIO(files["tables/Time-anova.csv"]))
    assert read.select("sum_sq", "f_value", "p_value").rows() == told


def test_latex_has_booktabs_rules_and_as_many_cells_as_columns(files: Files) -> None:
    for path in files:
        if path.startswith("tables/") and path.endswith(".tex"):
            text = files[path].decode()
            assert [text.count(rule) for rule in (r"\toprule", r"\bottomrule")] == [1, 1], path
            columns = pl.read_csv(io.BytesIO(files[path.replace(".tex", ".csv")]), infer_schema=False).width
            body = text.partition(r"\toprule")[2].partition(r"\bottomrule")[0]
            for line in body.splitlines():
                if line.endswith(r"\\") and "multicolumn" not in line:
                    assert len(re.findall(r"(?<!\\)&", line)) == columns - 1, (path, line)


def test_text_is_escaped_as_pandas_escapes_it() -> None:
    hostile = r"100 % of $a_b$ & #1 {x} \input{y} z~a^b"
    theirs = pd.DataFrame([[hostile]]).style.hide().format(escape="latex").to_latex().split("\n")[2]
    # it writes a blank behind a command where we write {}
    plain = escaped(hostile).replace(r"\textbackslash{}", r"\textbackslash ").replace(
        r"\textasciitilde{}", r"\textasciitilde "
    ).replace(r"\textasciicircum{}", r"\textasciicircum ")  # fmt: skip
    assert theirs.removesuffix(r" \\") == plain


def test_what_is_cited_is_what_the_bibliography_holds(house: Path, files: Files) -> None:
    def cited(those: Files) -> set[str]:
        found = re.findall(r"\\cite\{([^}]+)\}", those["paper.tex"].decode())
        return {key for keys in found for key in keys.split(",")}

    def held(those: Files) -> set[str]:
        return set(re.findall(r"^@\w+\{(\w+),$", those["references.bib"].decode(), re.MULTILINE))

    assert cited(files) == held(files) >= {"lenth1989", "daniel1959", "boxhunterhunter2005", "doehouse"}
    factorial = folder_of(house, "three_levels")
    assert cited(factorial) == held(factorial)
    assert not cited(factorial) & {"lenth1989", "boxhunterhunter2005"}  # a full factorial of three levels


def test_a_study_without_data_has_its_design(house: Path) -> None:
    files = folder_of(house, "without_data")
    assert "tables/study-signs.tex" in files
    assert not [path for path in files if path.startswith("figures/")]


def test_hostile_names_stay_text(house: Path) -> None:
    files = folder_of(house, "nasty")
    tex = b"\n".join(content for path, content in sorted(files.items()) if path.endswith(".tex")).decode()
    assert "$<$/script$>$" in tex
    assert EVIL not in tex
    assert r"\$\{x\}" in tex and "${x}" not in tex
    for path in files:
        assert re.fullmatch(r"[A-Za-z0-9/._-]+", path)
    assert all("<script" not in files[path].decode() for path in files if path.endswith(".svg"))


def test_a_bar_in_a_cell_is_no_border_of_a_column() -> None:
    rows = pl.DataFrame({"name": ["a|b", "line\nbreak"], "n": [1, 22]})
    made = markdown(table("t", "T", rows, [Column("name", "name"), Column("n", "n", "count")], ""))
    assert made == "| name | n |\n| --- | ---: |\n| a\\|b | 1 |\n| line break | 22 |\n"


def test_the_study_file_is_the_study_of_the_house(house: Path, tmp_path: Path) -> None:
    with open_published(house / "current" / "warehouse.duckdb") as warehouse:
        studies = warehouse.connection.execute("select study, definition, digest from studies").fetchall()
    assert len(studies) == 4
    for name, definition, digest in studies:
        path = tmp_path / f"{name}.toml"
        path.write_text(study_file(definition))
        assert load_study(path, frozenset()).digest() == digest
    written, declared = (
        tomllib.loads((folder / "fltk_2_4_1.toml").read_text()) for folder in (tmp_path, STUDIES)
    )
    del declared["responses"]["Accuracy"]["reduce"]  # "last", as it is by default
    assert written == declared


def test_one_command_makes_the_same_tables_from_the_logs(written: Path, files: Files, tmp_path: Path) -> None:
    again = subprocess.run(
        ["sh", written / "reproduce.sh", SAMPLE],
        capture_output=True,
        text=True,
        check=False,
        env={
            **os.environ,
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "TMPDIR": str(tmp_path),
        },
    )
    assert again.returncode == 0, again.stderr
    assert "The same tables, and figures drawn from them" in again.stdout
    (other,) = tmp_path.glob("tmp.*/paper")
    for path in ("figures/Time-intervals.svg", "figures/Time-interactions.svg", "tables/Time-effects.tex"):
        assert (other / path).read_bytes() == files[path]
    # whatever differs is told by name
    (other / "tables" / "Time-effects.md").write_text("| another |\n")
    checked = subprocess.run(
        ["sha256sum", "--check", "--quiet", written / "SHA256SUMS"],
        cwd=other,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (checked.returncode, checked.stdout) == (1, "tables/Time-effects.md: FAILED\n")


def test_what_is_not_there_is_wrong_usage(published_house: Summary, tmp_path: Path) -> None:
    house = published_house.house.root
    ended = doehouse_here("paper", "another", tmp_path, "--house", house)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == (
        "doehouse: found no study 'another', expected one of this house: fltk_2_4_1. Name one of them.\n"
    )
    (tmp_path / "file").write_text("")
    ended = doehouse_here("paper", "fltk_2_4_1", tmp_path / "file", "--house", house)
    assert ended.returncode == 2
    assert "expected a folder for a paper" in ended.stderr
