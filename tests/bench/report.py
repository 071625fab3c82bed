"""The table of docs/measured.md: what `make bench` measured, with its ratios."""

import math
import os
import sys
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

from tests.bench.log_roots import STUDIES

Measured = dict[str, dict[str, float]]
STAGES = {
    "discover_folders": "discover",
    "extract_folders": "read stamps and event files",
    "load_facts": "load",
    "check_promises": "promises",
    "analyse_studies": "models",
    "close_night": "audit",
    "render_pages": "pages",
    "publish_version": "publish",
}
INGEST = ("discover_folders", "extract_folders", "load_facts", "close_night")
BEGIN, END = "<!-- make bench -->", "<!-- /make bench -->"
MIB = 2**20
# CPU seconds of 0.1.0 for 20 studies in 1,000 folders, on the machine that the goals were set on: pages, whole night.
PAGES_BEFORE, WHOLE_BEFORE = 79.3, 85.9


def say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def ingest(night: dict[str, float]) -> float:
    """CPU seconds of discovering, reading, loading and auditing."""
    return sum(night[stage] for stage in INGEST)


def work(night: dict[str, float]) -> float:
    """CPU seconds of all stages but the pages, start-up aside."""
    return sum(night.get(stage, 0.0) for stage in STAGES if stage != "render_pages")


def whole(night: dict[str, float]) -> float:
    """CPU seconds of all stages, start-up aside."""
    return sum(night.get(stage, 0.0) for stage in STAGES)


def seconds(number: float) -> str:
    if math.isnan(number):
        return "–"
    return f"{number:,.0f}" if number >= 100 else f"{number:.1f}" if number >= 10 else f"{number:.2f}"


def ratio(above: float, below: float) -> str:
    if math.isnan(above / below):
        return "–"
    return f"{above / below:,.0f}×" if above >= 10 * below else f"{above / below:.2g}×"


def stage_rows(measured: Measured, sizes: Sequence[int]) -> Iterator[list[str]]:
    nights = [measured[f"first night {size}"] for size in sizes]
    for stage, label in {"start-up": "start-up (imports)", **STAGES}.items():
        yield [label, *(seconds(night[stage]) if stage in night else "–" for night in nights)]
    yield ["**ingest** (discover, read, load, audit)", *(seconds(ingest(night)) for night in nights)]
    yield ["all but start-up and pages", *(seconds(work(night)) for night in nights)]
    yield ["database, MiB", *(f"{night['database'] / MIB:,.1f}" for night in nights)]
    yield [
        "a night with nothing new",
        *(seconds(measured[f"nothing new {size}"]["nothing new"]) for size in sizes),
    ]
    for name, label in (
        ("new", "10 new folders of one study"),
        ("spread", "10 new folders of ten studies"),
        ("changed", "10 changed of ten studies"),
        ("replaced", "1 changed"),
    ):
        nights = [measured[f"{name} {size}"] for size in sizes]
        yield [f"a night with {label}", *(seconds(work(night)) for night in nights)]
        yield ["… its pages", *(seconds(night.get("render_pages", math.nan)) for night in nights)]


def goal_rows(measured: Measured, sizes: Sequence[int]) -> Iterator[list[str]]:
    largest, smallest = max(sizes), min(sizes)
    night, large, floors = measured["reading night"], measured["reading large"], measured["floors"]
    first, house = measured[f"first night {largest}"], measured["warehouse"]
    notebook = measured["notebook night"]["tbparse"]
    yield ["reading, beside the notebook's way", ratio(notebook, night["reader"]), "≥ 150×"]
    yield ["… beside tbparse's long form", ratio(measured["long night"]["tbparse"], night["reader"]), ""]
    small = ratio(measured["long small"]["tbparse"], measured["reading small"]["reader"])
    yield ["… on files of 20 scalars, beside tbparse's long form", small, "≥ 200×"]
    yield [
        "… on large files, beside the notebook's way",
        ratio(measured["notebook large"]["tbparse"], large["reader"]),
        "",
    ]
    yield [
        "… on large files, beside tbparse's long form",
        ratio(measured["long large"]["tbparse"], large["reader"]),
        "≥ 70×",
    ]
    yield ["reading / bare read of the bytes", ratio(night["reader"], night["bare"]), "≤ 12×"]
    yield ["reading / compiled code that reads the same", ratio(night["reader"], night["compiled"]), "≤ 5×"]
    yield ["reading / reading without checksums", ratio(night["reader"], night["unchecked"]), "≤ 1.5×"]
    yield ["ingest, beside the notebook's reading alone", ratio(notebook, ingest(first)), "≥ 80×"]
    yield ["ingest / sum of the stage floors", ratio(ingest(first), floors["sum"]), "≤ 2.2×"]
    named = measured["key value"]
    yield [
        f"ingest of {named['seen']:,.0f} folders named by their settings",
        f"{seconds(ingest(named))} s",
        "",
    ]
    rows = measured["table"]
    yield [
        f"reading and loading a table of {rows['rows']:,.0f} rows, beside DuckDB's read_csv and one insert",
        ratio(rows["read"] + rows["load"], rows["duckdb"]),
        "≤ 1.5×",
    ]
    yield ["… what DuckDB takes to insert its facts alone", ratio(rows["facts"], rows["duckdb"]), ""]
    points = measured["load"]
    yield [
        "loading all points / DuckDB's own `create table as` of the same Parquet",
        ratio(points["load"], points["duckdb"]),
        "≤ 1.5×",
    ]
    yield ["peak memory of a first night", f"{measured['as it is']['peak'] / MIB:,.0f} MiB", "≤ 450 MiB"]
    yield ["database / compacted copy", f"{house['database'] / house['compacted']:.2f}×", "≤ 1.15×"]
    for low, high in pairwise(sizes):
        grown = ingest(measured[f"first night {high}"]) / ingest(measured[f"first night {low}"])
        # T(4N)/T(N) of a power law through both sizes.
        four = grown ** (math.log(4) / math.log(high / low))
        yield [f"ingest, four times the folders ({low:,} to {high:,})", f"{four:.1f}×", "≤ 4.4×"]
    loads = [measured[f"replaced {size}"]["load_facts"] for size in (largest, smallest)]
    yield [f"loading one changed folder, {largest:,} / {smallest:,} folders there", ratio(*loads), "≤ 2×"]
    nothing = measured[f"nothing new {largest}"]
    yield ["nothing new / walk and stat", ratio(nothing["nothing new"], nothing["walk"]), "≤ 1.5×"]
    one = measured[f"one new {largest}"]
    yield [
        "one new folder, start to end, its pages aside / walk and stat",
        ratio(one["one new"], one["walk"]),
        "≤ 3×",
    ]
    for name, where in (("new", "one study"), ("spread", "ten studies")):
        later = measured[f"{name} {largest}"]
        told = f"{100 * work(later) / work(first):.1f} %"
        if "render_pages" in first:
            told += f", with pages {100 * whole(later) / whole(first):.1f} %"
        yield [f"ten new folders of {where}, of the first night", told, "< 5 %"]
    flow, plain = measured["flow"], work(first)
    yield [
        f"as a Prefect flow ({flow['tasks']:.0f} tasks, standing server) / plainly",
        f"{seconds(flow['whole'])} s / {seconds(plain)} s",
        f"≤ {1.2 * plain + 3:.0f} s",
    ]
    of = measured["contrasts"]
    yield [
        f"contrasts of {of['models']:,.0f} models in one statement, beside statsmodels one by one",
        f"{ratio(of['statsmodels'], of['sql'])}, equal to {of['worst']:.0e}",
        "≥ 100×, 1e-9",
    ]
    pages = measured["figures"]
    yield [
        f"bytes of the sample's pages, style and scripts, for each of {pages['figures']:.0f} figures",
        f"{pages['bytes'] / pages['figures'] / 1000:.1f} kB, and one bundle of {pages['bundle'] / 1000:,.0f} kB",
        "≤ 10 kB",
    ]
    yield from light_rows(measured)
    yield from scale_rows(measured)
    yield ["wide view of a study", f"{1000 * house['view']:.0f} ms for {house['rows']:,} rows", "< 100 ms"]


def light_rows(measured: Measured) -> Iterator[list[str]]:
    """What a night costs that has little to do, beside what it cannot do without."""
    night, by_hand = measured["sample night"], measured["sample notebook"]
    yield [
        "first night of the sample, as typed / the same experiment in a notebook",
        ratio(night["whole"], by_hand["whole"]),
        "≤ 1.5×",
    ]
    yield ["… its peak memory / the notebook's", ratio(night["peak"], by_hand["peak"]), "≤ 2×"]
    if pages := measured.get("first night 1000", {}).get("render_pages"):
        yield [
            f"pages of {STUDIES} studies and 1,000 folders, beside those of 0.1.0",
            ratio(pages, PAGES_BEFORE),
            "≤ 0.2×",
        ]
        later = 100 * whole(measured["spread 1000"]) / WHOLE_BEFORE
        yield [
            "ten new folders of ten studies, 1,000 there, of the first night of 0.1.0",
            f"{later:.0f} %",
            "≤ 8 %",
        ]


def scale_rows(measured: Measured) -> Iterator[list[str]]:
    """What runs on other machines: on loopback here, so that only CPU and bytes say anything."""
    on, of, lake = measured["cluster"], measured["bucket"], measured["lake"]
    yield ["extraction by two Dask workers / in this process", ratio(on["cluster"], on["here"]), "≤ 1.3×"]
    yield [
        f"listing {of['objects']:,.0f} objects of a bucket / walk and stat",
        ratio(of["listing"], of["walk"]),
        "≤ 0.5×",
    ]
    yield ["bytes in a lake / database", f"{lake['bytes'] / lake['database']:.2f}×", "≤ 0.6×"]
    yield [
        "sharing two new folders, of sharing everything",
        f"{100 * lake['later'] / lake['whole']:.0f} % of the CPU, {100 * lake['more'] / lake['bytes']:.1f} % of the bytes",
        "≤ 5 %",
    ]


def table(head: Sequence[str], rows: Iterator[list[str]]) -> str:
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def write(measured: Measured, sizes: Sequence[int], large: int, rounds: int, pages: int, page: Path) -> None:
    """Put the tables between their marks in the page."""
    sample, largest = measured["notebook night"]["sample"], max(sizes)
    scalars = measured["reading night"]["scalars"] / 1e6
    models = measured["contrasts"]["sample"]
    stages = ["CPU seconds of a first night, folders", *(f"{size:,}" for size in sizes)]
    goals = [f"{largest:,} folders, {scalars:.1f} million scalars", "measured", "goal"]
    text = f"""{BEGIN}
`make bench` on {os.cpu_count()} cores: CPU seconds of all processes, medians of {rounds} interleaved rounds.
Folders have 4 containers of 250 scalars each, of {STUDIES} studies; large files have 250,000 scalars.
tbparse read {sample:.0f} of {largest:,} folders and 1 of {large} large files, statsmodels fitted {models:.0f} models; their
figures are scaled to all. The page cache is warm.
The floor of decoding is what compiled code takes (`tests/bench/decoder.c`). Pages are measured up to {pages:,} folders.
Memory is the sum over all processes.

{table(stages, stage_rows(measured, sizes))}

{table(goals, goal_rows(measured, sizes))}

![CPU seconds of each stage against the number of folders](../reports/pictures/growth.png)
{END}"""
    before, _, rest = page.read_text().partition(BEGIN)
    _, _, after = rest.partition(END)
    page.write_text(before + text + after)
