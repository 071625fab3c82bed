"""The command `doehouse`: what can be typed, and the exit codes. A command is imported when it is typed."""

import os
import re
import signal
import sys
from importlib.metadata import version

from cyclopts import App, Group

from flows.commands.exit_codes import FAILED, HELD, USAGE
from flows.house.errors import HouseError, HouseHeldError, StageError, UsageError

app = App(
    name="doehouse",
    help="A nightly warehouse for designed experiments: log folders in, DuckDB and pages out.",
    help_epilogue="Exit codes: 0 done; 1 failed, nothing published; 2 wrong usage; 3 another night holds the house.",
    version=lambda: version("doehouse"),
    help_on_error=False,
    suppress_keyboard_interrupt=False,
)
PLANNING = Group("Planning")
CARE = Group("Care of the house")

# Where the function of each command stands, and what `doehouse --help` says of it: the first line of its docstring.
app.command(
    "flows.commands.init:init",
    group=PLANNING,
    help="Look at a log root and write a study file that claims its runs, with every guess as a comment.",
)
app.command(
    "flows.commands.check:check",
    group=PLANNING,
    help="Show what a night would claim for a study, the cells of its design, and what is left over; changes nothing.",
)
app.command(
    "flows.commands.nights:night", help="Bring the warehouse and the pages up to date with the log folders."
)
app.command(
    "flows.commands.queries.ad_hoc:sql",
    help="Query the published warehouse, read-only; without a query, list its relations and start a prompt.",
)
app.command(
    "flows.commands.care.exported:export",
    help="Write every relation of the published warehouse as a Parquet file.",
)
app.command(
    "flows.commands.paper:paper",
    help="Write a study's figures, tables, captions and BibTeX for a paper.",
)
app.command(
    "flows.commands.care.exported:import_",
    name="import",
    group=CARE,
    help="Publish the tables that `doehouse export` wrote as the first version of a new house.",
)
app.command("flows.commands.queries.open_pages:open_pages", name="open", help="Open the pages in a browser.")
app.command(
    "flows.commands.conformance:conformance",
    help="Analyse published data sets and write a page that compares the results with print.",
)
app.command(
    "flows.commands.planning:design",
    group=PLANNING,
    help="Print the design of a study file: sign table, aliases, resolution and power.",
)
app.command(
    "flows.commands.care.doctor:doctor",
    group=CARE,
    help="Check libraries, file system, manifest, pages and freshness of a house.",
)
app.command(
    "flows.commands.care.deploy:deploy",
    group=CARE,
    help="Put the nightly schedule, its work pool and its automations on a Prefect server.",
)
app.command(
    "flows.commands.care.rollback:rollback",
    group=CARE,
    help="Make the version before the current one current again; the next night builds on it.",
)
app.command(
    "flows.commands.care.backup:backup",
    group=CARE,
    help="Copy the current version to a folder or bucket; what is there already is not copied again.",
)
app.command(
    "flows.commands.care.backup:restore",
    group=CARE,
    help="Publish a version that was backed up as the newest one; the versions that are there stay.",
)
app.command(
    "flows.commands.care.share:share",
    group=CARE,
    help="Write the current version into a DuckLake, as one snapshot, for readers on other machines.",
)
app.command("flows.commands.care.backup:pin", group=CARE, help="Keep a version for good, whatever its age.")
app.command(
    "flows.commands.nights:forget",
    group=CARE,
    help="Remove the facts of a folder that is gone from the log root, in a night of its own.",
)

app.register_install_completion_command(
    help="Teach the shell (bash, zsh, fish) to complete commands, options and paths."
)


def main() -> None:
    """Entry point of the console script."""
    # As Ctrl-C: what is at work ends by its own clean-up.
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupt)
    try:
        result = app(words(sys.argv[1:]))
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
    except StageError as error:
        sys.exit(stop(f"{error}. What led there is in night.log, in the house.", FAILED))
    except KeyboardInterrupt as error:
        told = str(error) or "SIGINT"
        sys.exit(stop(f"interrupted by {told}; the published version is as it was.", FAILED))
    sys.exit(result if isinstance(result, int) else 0)


def words(typed: list[str]) -> list[str]:
    """What was typed; a query that begins with a comment of SQL is no option."""
    return [f" {word}" if re.match(r"--\s", word) else word for word in typed]


def interrupt(number: int, _: object) -> None:
    raise KeyboardInterrupt(signal.Signals(number).name)


def stop(error: object, code: int) -> int:
    print(f"doehouse: {error}", file=sys.stderr)
    return code


if __name__ == "__main__":
    main()
