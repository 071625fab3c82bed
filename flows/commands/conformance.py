"""The command `doehouse conformance`: published data sets analysed, and the page of them written."""

from pathlib import Path

from flows.commands.exit_codes import FAILED
from flows.commands.options import PathArgument
from flows.house.errors import UsageError
from flows.messages import say


def conformance(folder: PathArgument = Path("house-conformance")) -> int:
    """Analyse published data sets and write a page that compares the results with print; exit code 1 if one differs.

    It also simulates how often the tests speak where nothing is wrong.

    Parameters
    ----------
    folder
        Folder to write conformance.html into; made if it is not there.
    """
    lines, do_agree = write_page(folder)
    print("\n".join(lines))
    return 0 if do_agree else FAILED


def write_page(folder: Path, sets: int | None = None, fewer: int | None = None) -> tuple[list[str], bool]:
    """Write conformance.html with its files; the lines to print, and whether all is as it should be.

    sets, fewer: data sets to simulate of each design, where nothing is wrong and where something is; left out, so
    many that rates are told well. Raises UsageError if the folder cannot be written.
    """
    from models.conformance.comparison import conform
    from models.conformance.simulation import FEWER, SETS, simulate, wrong
    from reports.pages.conformance_page import conformance_page
    from reports.pages.site import shared_assets

    page = folder / "conformance.html"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        say("analysing the published data sets, and simulating")
        figures, rates = conform(), simulate(sets or SETS, fewer or FEWER)
        for name, content in {**shared_assets(), **conformance_page(figures, rates)}.items():
            path = folder / name
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(content)
    except OSError as error:
        raise UsageError(
            f"{folder}: {error.strerror or error}, expected a folder to write the page into. Name another one."
        ) from error
    differing = figures.filter(~figures["agrees"])
    lines = [
        f"{one['data_set']}: {one['quantity']}: found {one['doehouse']}, expected {one['printed']} ({one['source']})."
        for one in differing.iter_rows(named=True)
    ]
    lines += [
        f"{row['design']}, {row['situation']}: {row['what']} in {row['percent']:.1f} % of {row['sets']}"
        + ("" if row["before"] is None else f" (before: {row['before']:.0f} %)")
        for row in rates.iter_rows(named=True)
    ]
    lines += wrong(rates)
    agreeing = figures.height - differing.height
    lines.append(
        f"{agreeing} of {figures.height} figures of {figures['data_set'].n_unique()} data sets agree: {page}"
    )
    return lines, differing.is_empty() and not wrong(rates)
