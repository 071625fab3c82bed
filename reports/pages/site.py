"""The site: which queries each page needs, and the pages as files below the site's folder.

Frames in, bytes out: nothing here reads a clock, a disk but the room's own templates, or the warehouse, and the
same inputs give the same bytes. The flow runs `sql/pages/<name>.sql` for each name of

    STUDY_QUERIES       with $studies: of many at once, each page being given its own rows
    RESPONSE_QUERIES    with $studies, $responses, likewise
    RUN_QUERIES         with $folders, likewise
    CURVES_QUERIES      with $studies, likewise
    WIDE_QUERIES        with $study: its columns are the study's own
    INDEX_, SEARCH_, TONIGHT_, QUALITY_, QUANTILE_ and DICTIONARY_QUERIES   without parameters

and hands each on as Result(frame, sql), sql being the query about that study, response or folder alone.
Pages of one group (`study_pages`, `index_page`, ...) depend on nothing but their arguments: the flow may keep
yesterday's files of a group whose `digest` is yesterday's.
"""

import hashlib
import json
from collections.abc import Mapping

import polars as pl
from polars import selectors as cs

from reports.charts.theme import LIGHT, chart_config, style_variables
from reports.pages.curves_page import QUANTILE_QUERIES, curves_page
from reports.pages.curves_page import QUERIES as CURVES_QUERIES
from reports.pages.dictionary_page import QUERIES as DICTIONARY_QUERIES
from reports.pages.dictionary_page import dictionary_page
from reports.pages.index_page import QUERIES as INDEX_QUERIES
from reports.pages.index_page import index_page
from reports.pages.manual_pages import made_from as manual_made_from
from reports.pages.manual_pages import manual_pages
from reports.pages.page import HERE, Files
from reports.pages.quality_page import QUERIES as QUALITY_QUERIES
from reports.pages.quality_page import quality_page
from reports.pages.response_page import QUERIES as RESPONSE_QUERIES
from reports.pages.response_page import response_page
from reports.pages.runs_page import QUERIES as RUN_QUERIES
from reports.pages.runs_page import data_file, runs_page
from reports.pages.search_page import QUERIES as SEARCH_QUERIES
from reports.pages.search_page import search_page
from reports.pages.set_up import code_digest
from reports.pages.study_page import QUERIES as STUDY_QUERIES
from reports.pages.study_page import WIDE_QUERIES, study_page
from reports.pages.tonight_page import QUERIES as TONIGHT_QUERIES
from reports.pages.tonight_page import tonight_page
from reports.pages.vega import VEGA, vega_bundle
from reports.tables.tables import Results

__all__ = [
    "CURVES_QUERIES",
    "DICTIONARY_QUERIES",
    "INDEX_QUERIES",
    "QUALITY_QUERIES",
    "QUANTILE_QUERIES",
    "RESPONSE_QUERIES",
    "RUN_QUERIES",
    "SEARCH_QUERIES",
    "STUDY_QUERIES",
    "TONIGHT_QUERIES",
    "VEGA",
    "WIDE_QUERIES",
    "curves_page",
    "data_file",
    "dictionary_page",
    "digest",
    "index_page",
    "manual_made_from",
    "manual_pages",
    "quality_page",
    "runs_page",
    "search_page",
    "shared_assets",
    "study_pages",
    "tonight_page",
    "vega_bundle",
]


def study_pages(results: Results, responses: Mapping[str, Results]) -> Files:
    """The page of a study and one of each response: path below the site -> content.

    `results` are those of STUDY_QUERIES and WIDE_QUERIES; `responses` maps each response to those of RESPONSE_QUERIES.
    The page of its runs is made by `runs_page`, the files of data beside it by `data_file`.
    """
    files = study_page(results).files
    for response, mine in responses.items():
        files |= response_page(response, results, mine).files
    return files


def shared_assets() -> Files:
    """What all pages share: the style and the scripts, those of charts with their theme."""
    return {
        "assets/style.css": (style_variables() + _asset("style.css")).encode(),
        "assets/theme.js": _asset("theme.js").encode(),
        "assets/page.js": _asset("page.js").encode(),
        "assets/charts.js": _charts().encode(),
        "assets/curves.js": _asset("curves.js").encode(),
        "assets/runs.js": _asset("runs.js").encode(),
        "assets/search.js": _asset("search.js").encode(),
    }


FLOATS = (pl.Float64, pl.Float32, pl.List(pl.Float64), pl.List(pl.Float32))


def digest(*parts: Results) -> str:
    """SHA-256 of the inputs of a group of pages and of the code that makes them."""
    told = hashlib.sha256(code_digest().encode())
    for results in parts:
        for name, result in sorted(results.items()):
            told.update(json.dumps([name, result.sql, result.frame.columns]).encode())
            told.update(told_apart(result.frame).write_json().encode())
    return told.hexdigest()


def told_apart(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with text for numbers in columns that hold NaN or infinities, which JSON writes as null, all of them."""
    kinds: dict[str, pl.DataType] = {
        name: pl.List(pl.String) if frame.schema[name].is_nested() else pl.String()
        for name in frame.select(cs.by_dtype(FLOATS)).columns
        if not frame[name].explode().is_finite().all()
    }
    return frame.with_columns(pl.col(name).cast(kind) for name, kind in kinds.items())


def _charts() -> str:
    theme, light = (json.dumps(each, separators=(",", ":")) for each in (chart_config(), LIGHT))
    return f"const THEME = {theme};\nconst LIGHT = {light};\n{_asset('charts.js')}"


def _asset(name: str) -> str:
    return (HERE / "assets" / name).read_text()
