"""In which order the folders ran, in sentences, and what a drift in that time would look like."""

from collections.abc import Iterator

import polars as pl

from models.checks.execution_order import EXPOSED, FEW, ExecutionOrder
from models.declared.study import Study
from models.fits.samples import UNTOLD
from models.results import Row
from models.wording import count, joined, number, with_alias

FEWEST = 8  # folders from which on an order can look unlike a random one


def _named(order: ExecutionOrder, term: str) -> str:
    return with_alias(term, order.design.aliases(term))


def order_statements(order: ExecutionOrder | None) -> Iterator[tuple[str, str]]:
    """Kind and sentence."""
    if order is None:
        yield "doubt", "No container has both time stamps, so that the order of execution is unknown."
        return
    folders, word = order.folders, order.word
    manners = folders["manner"].drop_nulls()
    if len(manners):
        sizes = {
            manner: int((manners == manner).sum())
            for manner in ("one after another", "overlapping", "at once")
        }
        parts = [f"{manner} in {count(size, word)}" for manner, size in sizes.items() if size]
        shared = (
            "the machines" if sizes["at once"] or sizes["overlapping"] else "what their execution met with"
        )
        yield (
            "note",
            f"The containers of a {word} ran {joined(parts)}: they share {shared} and are repeats of one execution, "
            "not executions of their own.",
        )
    if folders.height < 2:
        return
    names = folders["folder"].to_list()
    shown = ", ".join(names) if len(names) <= 12 else f"{', '.join(names[:6])}, ... {names[-1]}"
    together = order.overlapping_folders
    yield (
        "note",
        f"The {word}s ran in the order {shown}"
        + (f"; {count(together, word)} began while another was running." if together else "."),
    )
    yield from _unlike_random(order)
    correlations = order.correlations()
    exposed = sorted(
        (term for term, r in correlations.items() if abs(r) >= EXPOSED), key=lambda t: -abs(correlations[t])
    )
    if exposed:
        listed = joined(
            [f"{_named(order, term)} (r = {number(correlations[term], 2)})" for term in exposed], most=5
        )
        yield (
            "doubt",
            f"A slow drift during the execution would look like an effect of {listed}: the order of the {word}s "
            "goes with the levels. A randomised order (doehouse design --sheet) guards against it.",
        )
    elif correlations:
        term = max(correlations, key=lambda term: abs(correlations[term]))
        yield (
            "note",
            f"The order of the {word}s goes with no effect (largest correlation {number(correlations[term], 2)}, "
            f"{_named(order, term)}), so that a slow drift would hardly look like one.",
        )


def _unlike_random(order: ExecutionOrder) -> Iterator[tuple[str, str]]:
    """What looks like whole plots or blocks and is not declared as such."""
    folders, word = order.folders.height, order.word
    kept = {
        name: changes
        for name, (changes, by_chance) in order.level_changes().items()
        if changes and folders >= FEWEST and changes * FEW <= by_chance and name not in order.whole_plot
    }
    if kept:
        listed = joined([f"{name} {count(changes, 'time')}" for name, changes in kept.items()])
        names = ", ".join(f'"{name}"' for name in kept)
        yield (
            "doubt",
            f"From one of {folders} {word}s to the next these changed level as seldom as hard-to-change factors do: "
            f"{listed}. If they were not set anew for every {word}, whole_plot = [{names}] gives them their own error.",
        )
    pauses = order.pauses()
    if pauses and pauses + 1 <= folders / 2 and not order.block:
        yield (
            "doubt",
            f"The {word}s ran in {pauses + 1} spells with hours between them. If something may have differed from one "
            f'to the next, block = ["date"] (or ["replicate"], where the {word} tells the spell) takes it out.',
        )


def untold_blocks(study: Study, rows: pl.DataFrame) -> Iterator[tuple[str, str]]:
    """Folders of which nothing tells the block: they stand in one together, whatever it really was."""
    folders = rows["folder"].n_unique()
    untold = rows.filter(pl.col("block").str.contains(UNTOLD, literal=True))["folder"].unique().sort()
    by, word = joined(list(study.block)), study.execution_word
    if untold.is_empty():
        return
    if untold.len() == folders:
        yield (
            "doubt",
            f"No {word} tells its block (by {by}), so that none is taken out: what blocks differ by is in the error.",
        )
        return
    yield (
        "doubt",
        f"{untold.len()} of {folders} {word}s do not tell their block (by {by}), such as {untold[0]}: they count as one "
        "block, and what their own differ by is in the error. Complete what names the block.",
    )


def other_levels(study: Study, rows: pl.DataFrame) -> Iterator[tuple[str, str]]:
    """Folders that ran with other levels than planned, as the study declares."""
    runs = dict(rows.select("folder", "run").unique().rows())
    ran = {folder: levels for folder, levels in study.ran_with.items() if folder in runs}
    beside = sorted({runs[folder] for folder in ran if runs[folder] > len(study.treatments)})
    for folder, levels in ran.items():
        shown = joined([f"{name} = {level}" for name, level in levels.items()])
        yield (
            "note",
            f"{folder} ran with {shown} instead of the planned level, as the study declares: it counts as run "
            f"{runs[folder]}{', beside the design' if runs[folder] in beside else ''}.",
        )
    if beside:
        yield (
            "doubt",
            f"{'Run' if len(beside) == 1 else 'Runs'} {joined([str(run) for run in beside])} "
            f"{'has' if len(beside) == 1 else 'have'} levels that no run of the design has: effects are no longer "
            "independent of each other, and what the design aliases is counted in part in several of them.",
        )


def order_rows(study: str, order: ExecutionOrder | None) -> Iterator[Row]:
    """Rows of `diagnostics` that belong to no response: the correlation of each contrast with the order."""
    if order is None:
        return
    for position, (term, r) in enumerate(order.correlations().items(), 1):
        share = f"{number(100 * r * r, 0)} % of the variation of its levels goes with the order of the {order.word}s"
        yield {
            "study": study,
            "position": position,
            "diagnostic": f"Correlation with order: {_named(order, term)}",
            "value": r,
            "reading": f"{share}: "
            + ("a drift would look like its effect." if abs(r) >= EXPOSED else "little."),
        }
