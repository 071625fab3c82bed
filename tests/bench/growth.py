"""The chart of docs/measured.md: CPU seconds and memory of a first night, against the number of folders."""

from collections.abc import Sequence
from pathlib import Path

from tests.bench.report import STAGES, Measured, ingest


def draw(measured: Measured, sizes: Sequence[int], path: Path) -> None:
    import altair as alt

    rows = [
        {"folders": size, "stage": label, "seconds": measured[f"first night {size}"][stage]}
        for size in sizes
        for stage, label in STAGES.items()
        if stage in measured[f"first night {size}"]
    ]
    rows += [
        {"folders": size, "stage": "ingest", "seconds": ingest(measured[f"first night {size}"])}
        for size in sizes
    ]
    chart = (
        alt.Chart(alt.Data(values=rows), width=420, height=300, background="white")
        .mark_line(point=True)
        .encode(
            alt.X(
                "folders:Q",
                scale=alt.Scale(type="log"),
                title="folders (1,000 scalars each)",
                axis=alt.Axis(values=list(sizes)),
            ),
            alt.Y("seconds:Q", scale=alt.Scale(type="log"), title="CPU seconds"),
            alt.Color("stage:N", sort=["ingest", *STAGES.values()], title=None),
        )
    )
    chart.save(path, ppi=100)
