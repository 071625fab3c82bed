"""Which combination of levels is best for several responses together, in one sentence."""

from collections.abc import Iterator, Mapping, Sequence

from models.checks.response_analysis import ResponseAnalysis
from models.results import Row
from models.wording import decimals_for, joined, number


def compromise(
    analyses: Mapping[str, ResponseAnalysis], settings: Sequence[Row]
) -> Iterator[tuple[str, str]]:
    """Kind and sentence; nothing where no two responses with goals have effects."""
    rows = [row for row in settings if isinstance(row["desirability"], float)]
    if not rows:
        return
    # of equals the first that was run
    best = max(rows, key=lambda row: (round(_real(row["desirability"]), 9), row["run"] is not None))
    chosen = [row for row in rows if row["levels"] == best["levels"]]
    parts = [_predicted(analyses[str(row["response"])], row) for row in chosen]
    text = (
        f"Best for {joined([str(row['response']) for row in chosen])} together, by their effects: {best['levels']} "
        f"(desirability {number(_real(best['desirability']), 2)} of 1, each response between its worst and its best "
        f"setting): {'; '.join(parts)}"
    )
    where = f"run {best['run']} has these levels" if best["run"] else "it was not run"
    yield "note", f"{text}; {where}."


def _predicted(analysis: ResponseAnalysis, row: Row) -> str:
    """'Time 70.1 s, one more execution [55, 90]'."""
    unit = analysis.identity.study.responses[str(row["response"])].unit
    mean, low, high = (row[name] for name in ("mean", "predicted_low", "predicted_high"))
    has_range = isinstance(low, float) and isinstance(high, float) and low == low
    decimals = decimals_for((_real(high) - _real(low)) / 4) if has_range else None
    text = f"{row['response']} {number(_real(mean), decimals)}{f' {unit}' if unit else ''}"
    if has_range:
        text += f", one more execution [{number(_real(low), decimals)}, {number(_real(high), decimals)}]"
    return text


def _real(value: object) -> float:
    assert isinstance(value, float)
    return value
