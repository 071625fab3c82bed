"""The command `doehouse`: nights, ad-hoc SQL and the care of a house. Imports only what a command uses."""

import os
import sys
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import App, Group, Parameter

from flows.house.errors import HouseError, HouseHeldError, UsageError
from flows.house.house import House

if TYPE_CHECKING:
    from flows.night import Order

FAILED, USAGE, HELD = 1, 2, 3
PACKAGE = Path(__file__).parents[2]

# Nobody who runs doehouse is reported on by what it is made of, and no web page commands a night's own server.
ENVIRONMENT = {
    "DO_NOT_TRACK": "1",
    "GX_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_LOGGING_LEVEL": "CRITICAL",
    "PREFECT_SERVER_API_CSRF_PROTECTION_ENABLED": "true",
    "PREFECT_SERVER_API_CORS_ALLOWED_ORIGINS": "http://127.0.0.1:4200",
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "300",
}

app = App(
    name="doehouse",
    help="A nightly warehouse for designed experiments: log folders in, DuckDB and pages out.",
    help_epilogue="Exit codes: 0 done; 1 failed, nothing published; 2 wrong usage; 3 another night holds the house.",
    version=lambda: version("doehouse"),
    help_on_error=False,
)
planning = Group("Planning")
care = Group("Care of the house")

HouseOption = Annotated[Path, Parameter(name="--house", env_var="DOEHOUSE_HOUSE")]
LogsOption = Annotated[Path, Parameter(name="--logs", env_var="DOEHOUSE_LOGS")]
StudiesOption = Annotated[Path, Parameter(name="--studies", env_var="DOEHOUSE_STUDIES")]
HOUSE, LOGS, STUDIES = Path("house"), Path("logs"), PACKAGE / "models" / "studies"


@app.command
def night(
    *,
    logs: LogsOption = LOGS,
    studies: StudiesOption = STUDIES,
    house: HouseOption = HOUSE,
    folder: Annotated[tuple[str, ...], Parameter(negative=())] = (),
    all_: Annotated[bool, Parameter(name="--all", negative=())] = False,
) -> int:
    """Bring the warehouse and the pages up to date with the log folders.

    Parameters
    ----------
    logs
        The log root: every folder below it that a study claims is read.
    studies
        Folder of study files (*.toml).
    house
        Folder of the warehouse and the pages; made if it is not there.
    folder
        Load this folder once more, though its files look the same. May be repeated.
    all_
        Load every folder once more and write every page anew.
    """
    from flows.night import Order

    return run(Order(logs, studies, house, folder, all_))


def run(order: "Order") -> int:
    """Carry out a night: at once if there is nothing to do, else as the Prefect flow."""
    from datetime import UTC, datetime

    from flows.messages import say, summarise
    from flows.night import is_anything_new

    if summary := is_anything_new(order, datetime.now(UTC)):
        print(summarise(summary))
        return 0
    os.environ |= {key: os.environ.get(key, value) for key, value in ENVIRONMENT.items()}
    say("starting the flow")
    from flows.nightly import run_flow

    print(summarise(run_flow(order)))
    return 0


@app.command
def sql(
    query: str | None = None,
    *,
    house: HouseOption = HOUSE,
    csv: Annotated[bool, Parameter(negative=())] = False,
    json: Annotated[bool, Parameter(negative=())] = False,
    parquet: Path | None = None,
) -> int:
    """Query the published warehouse, read-only; without a query, list its relations and start a prompt.

    Parameters
    ----------
    query
        One SQL statement.
    house
        Folder of the warehouse.
    csv
        Print comma-separated values.
    json
        Print one JSON object per row.
    parquet
        Write the result to this Parquet file.
    """
    from flows.commands.ad_hoc import answer, prompt
    from flows.warehouse.warehouse import QueryError

    form: Literal["table", "csv", "json"] = "csv" if csv else "json" if json else "table"
    if csv + json + bool(parquet) > 1:
        raise UsageError("found several of --csv, --json and --parquet, expected one. Leave the others out.")
    if query is None:
        if csv or json or parquet:
            raise UsageError("found no query, expected one with --csv, --json or --parquet. Add it.")
        return prompt(House.at(house))
    try:
        return answer(House.at(house), query, form, parquet)
    except QueryError as error:
        return stop(error, FAILED)


@app.command(group=planning)
def design(
    study_file: Path,
    *,
    house: HouseOption = HOUSE,
    size: float = 1.0,
    sheet: Path | None = None,
    replicates: int = 1,
    seed: int = 1,
    next_: Annotated[bool, Parameter(name="--next", negative=())] = False,
    active: Annotated[tuple[str, ...], Parameter(negative=())] = (),
) -> int:
    """Print the design of a study file: sign table, aliases, resolution and power.

    Parameters
    ----------
    study_file
        The study, such as models/studies/x.toml.
    house
        Folder of the warehouse that knows the active effects, for --next.
    size
        The effect whose power is shown, in standard deviations.
    sheet
        Write a randomised run sheet to this CSV file; the same seed gives the same sheet.
    replicates
        How often each run stands on the sheet.
    seed
        Seed of the random order.
    next_
        Propose the smallest set of further runs that separates the active aliased effects.
    active
        An active effect, such as CPU:Memory, instead of those of the warehouse. May be repeated.
    """
    from flows.commands.planning import design as plan_design

    print(plan_design(study_file, House.at(house), size, sheet, replicates, seed, next_, active))
    return 0


@app.command(group=care)
def doctor(*, house: HouseOption = HOUSE) -> int:
    """Check libraries, file system, manifest, pages and freshness of a house; exit code 1 if something is ill.

    Parameters
    ----------
    house
        Folder of the warehouse and the pages.
    """
    from flows.commands.doctor import report

    lines, is_well = report(House.at(house))
    print("\n".join(lines))
    return 0 if is_well else FAILED


@app.command(group=care)
def rollback(to: int | None = None, *, house: HouseOption = HOUSE) -> int:
    """Make the version before the current one current again; the next night builds on it.

    Parameters
    ----------
    to
        Number of the version to go back to; left out: the one before.
    house
        Folder of the warehouse and the pages.
    """
    from flows.house.rollback import rollback as go_back

    print(f"current: {go_back(House.at(house), to)}")
    return 0


@app.command(group=care)
def forget(
    folder: str, *, logs: LogsOption = LOGS, studies: StudiesOption = STUDIES, house: HouseOption = HOUSE
) -> int:
    """Remove the facts of a folder that is gone from the log root, in a night of its own.

    Parameters
    ----------
    folder
        Path of the folder below the log root.
    logs
        The log root.
    studies
        Folder of study files (*.toml).
    house
        Folder of the warehouse and the pages.
    """
    from flows.night import Order

    return run(Order(logs, studies, house, forget=(folder,)))


@app.command
def export(target: Path, *, house: HouseOption = HOUSE) -> int:
    """Write every relation of the published warehouse as a Parquet file.

    Parameters
    ----------
    target
        Folder to write into; made if it is not there.
    house
        Folder of the warehouse.
    """
    from flows.commands.ad_hoc import export as write_all

    for path in write_all(House.at(house), target):
        print(path)
    return 0


@app.command
def conformance(folder: Path = Path("house-conformance")) -> int:
    """Analyse published data sets and write a page that compares the results with print; exit code 1 if one differs.

    Parameters
    ----------
    folder
        Folder to write conformance.html into; made if it is not there.
    """
    from flows.commands.conformance import write_page

    lines, do_agree = write_page(folder)
    print("\n".join(lines))
    return 0 if do_agree else FAILED


@app.command(name="open")
def open_pages(*, house: HouseOption = HOUSE) -> int:
    """Open the pages in a browser.

    Parameters
    ----------
    house
        Folder of the pages.
    """
    import webbrowser

    from flows.commands.ad_hoc import published

    index = published(House.at(house)).parent / "site" / "index.html"
    print(index)
    webbrowser.open(index.as_uri())
    return 0


def main() -> None:
    """Entry point of the console script."""
    try:
        result = app()
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read along (`| head`) has seen enough; what is still to be flushed goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except HouseHeldError as error:
        sys.exit(stop(error, HELD))
    except UsageError as error:
        sys.exit(stop(error, USAGE))
    except HouseError as error:
        sys.exit(stop(error, FAILED))
    except KeyboardInterrupt:
        sys.exit(stop("interrupted; the published version is as it was.", FAILED))
    sys.exit(result if isinstance(result, int) else 0)


def stop(error: object, code: int) -> int:
    print(f"doehouse: {error}", file=sys.stderr)
    return code


if __name__ == "__main__":
    main()
