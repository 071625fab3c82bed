"""Looks that were planned when their data had been seen: what is firm by such a plan does not keep to alpha."""

from collections.abc import Iterator
from typing import Any

import polars as pl

from models.declared.study import Study
from models.results import Row, frame
from models.wording import count, joined

ONE = 1  # without a number of replicates the first look at every run is the firm one


def plan_text(study: Study) -> str:
    """'2, 4 and 6, alpha = 0.05'; empty where the study declares no number of replicates."""
    looks = study.looks or (() if study.replicates is None else (study.replicates,))
    return f"{joined([str(look) for look in looks])}, alpha = {study.alpha:g}" if looks else ""


def replanned(before: pl.DataFrame, results: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """Rows of `statements` on firm looks of tonight that were planned after nights that had looked at as much.

    before: of each night and response what was planned (`looks`), how far the data were (`replicates`) and whether
    that was a firm look. Nights from the first on that had tonight's plan are as that plan has them.
    """
    statements = results["statements"]
    rows: list[Row] = []
    tonight = results["conclusions"].filter("is_decisive").unique("response", maintain_order=True)
    for row in tonight.iter_rows(named=True):
        of_response = before.filter(response=row["response"])
        planned = of_response.filter(looks=row["looks"])["night_id"].min()
        earlier = of_response if planned is None else of_response.filter(pl.col("night_id") < planned)
        for sentence in _doubts(row, earlier) if row["is_firm"] else ():
            place = statements.filter(response=row["response"], topic="outcome").height + 1
            rows.append({"study": row["study"], "response": row["response"], "topic": "outcome", "position": place,
                         "kind": "doubt", "sentence": f"{row['response']}: {sentence}"})  # fmt: skip
    return frame("statements", rows)


def _doubts(row: dict[str, Any], earlier: pl.DataFrame) -> Iterator[str]:
    """The graver of the two: this look had been seen before it was planned, or another one was firm before."""
    seen = earlier.filter(pl.col("replicates") >= row["replicates"])
    if row["replicates"] == ONE:
        seen = seen.filter(pl.col("looks") != "")
    firm = earlier.filter("is_firm", pl.col("looks") != "")
    if seen.height:
        was = seen["looks"][-1]
        former = f"looks were planned at {was}" if was else "no number of replicates was declared"
        yield (
            f"the look at {count(row['replicates'], 'replicate')} was planned after it had been taken (before, {former}): "
            "who chooses the look by what it shows finds something by chance, and its verdicts do not keep to alpha."
        )
    elif firm.height:
        last = firm.row(-1, named=True)
        yield (
            f"a look at {count(last['replicates'], 'replicate')} was firm by another plan (looks at {last['looks']}), "
            "which this one does not reckon with: together they do not keep to alpha."
        )
