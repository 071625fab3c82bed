"""The page of the comparison with published data sets."""

import csv
import io
import re
from html.parser import HTMLParser

import polars as pl
import pytest

from models.conformance.comparison import conform, load_data_sets
from models.conformance.simulation import simulate
from reports.pages.conformance_page import conformance_page

FEW = ("jain_memory_cache", "nist_sirstv", "montgomery_filtration_half")


@pytest.fixture(scope="module")
def figures() -> pl.DataFrame:
    sets = load_data_sets()
    return conform({name: sets[name] for name in FEW})


def test_the_page_shows_every_figure_beside_its_print(figures: pl.DataFrame) -> None:
    page = conformance_page(figures)["conformance.html"].decode()
    assert f"All {figures.height} figures printed of 3 published data sets agree" in page
    assert page.count(">agrees<") == figures.height and ">differs<" not in page
    for source in figures["source"].unique():
        assert source in page
    assert "1.18046237440255E+00" in page  # certified, with all its digits
    assert "−18.50" in page  # a real minus sign
    assert "B:C:D" in page


def test_a_figure_that_differs_is_marked_and_counted(figures: pl.DataFrame) -> None:
    first = pl.int_range(pl.len()) == 0
    worse = figures.with_columns(agrees=pl.when(first).then(False).otherwise("agrees"))
    page = conformance_page(worse)["conformance.html"].decode()
    assert page.count(">differs<") == 1
    assert f"{figures.height - 1} of {figures.height} figures printed" in page


def test_the_file_beside_the_page_holds_all_figures(figures: pl.DataFrame) -> None:
    content = conformance_page(figures)["data/conformance.csv"].decode()
    rows = list(csv.DictReader(io.StringIO(content)))
    assert [row["printed"] for row in rows] == figures["printed"].to_list()


def test_all_that_the_page_links_to_is_there(figures: pl.DataFrame) -> None:
    files = conformance_page(figures)
    page = files["conformance.html"].decode()
    HTMLParser().feed(page)
    ids = set(re.findall(r'id="([^"]+)"', page))
    for href in re.findall(r'href="([^"]+)"', page):
        if href.startswith("#"):
            assert href[1:] in ids
        elif not href.startswith(("data:,", "assets/")):
            assert href in files


def test_the_rates_of_the_simulation_stand_beside_those_of_before(figures: pl.DataFrame) -> None:
    files = conformance_page(figures, simulate(sets=4, fewer=2))
    page = files["conformance.html"].decode()
    assert (
        'id="simulation"' in page
        and "Nothing is wrong" in page
        and "2^(4-1), 1 folder × 4 containers" in page
    )
    assert "% by version 0.1.0" in page
    rows = list(csv.DictReader(io.StringIO(files["data/simulation.csv"].decode())))
    assert {row["before"] for row in rows if row["what"] == "Durbin-Watson"} >= {"55.0", "38.0", "7.0"}
