"""Folders with start.log and stop.log: the default layout, in which a run may be known by its number only."""

from math import prod
from pathlib import Path

from flows.survey.event_units import Unit, read_values
from flows.survey.factors.design import Design, design_of
from flows.survey.factors.paths import align
from flows.survey.factors.roles import Factor, Roles, Variable, sort_out
from flows.survey.listing import Listing
from flows.survey.measures import Measure, from_tags
from flows.survey.places import dropped_notes, path_variables, pattern_of, place_of, placeholders
from flows.survey.study_text import Guess

SECONDS = Measure(
    "Seconds", {"between": ["start", "stop"], "unit": "s", "goal": "minimize"}, "From start.log to stop.log."
)


def numbered_folders(logs: Path, listing: Listing, name: str) -> Guess | None:
    """A guess by the folders that hold start.log and event files; None where there are none."""
    homes = sorted({path.rpartition("/")[0] for path in listing.logs if path.endswith("/start.log")})
    below = {home: [path for path in listing.events if path.startswith(f"{home}/")] for home in homes}
    units = [Unit(home, files) for home, files in below.items() if files]
    depths = [unit.path.count("/") for unit in units]
    units = [unit for unit in units if unit.path.count("/") == max(set(depths), key=depths.count)]
    if len(units) < 2:
        return None
    items = align([unit.path for unit in units])
    variables = path_variables(items)
    roles = sort_out(variables)
    numbers = [each for each in variables if each.are_numbers and each not in (roles.replicate,)]
    is_numbered = not any(factor.variable.name or not factor.variable.are_numbers for factor in roles.factors)
    notes = [f"{len(units)} folders with start.log, stop.log and event files."]
    if is_numbered:
        if not numbers:
            return None
        run = numbers[0]
        replicate = next((each for each in variables if each.are_numbers and each is not run), None)
        runs, prefix = run_numbers(run)
        if runs is None:
            return None
        places = {run.place: prefix + "{run}"} | ({replicate.place: "{replicate}"} if replicate else {})
        count = max(runs)
        factors = numbered_factors(count, runs)
        sentence = (
            f"{count} runs that only their numbers tell, {len(units)} folders; "
            f"{'x'.join(str(len(each.levels)) for each in factors)} if every combination was run"
        )
        design = Design(sentence, [])
        roles = Roles([], replicate, [])
        notes.append("{run} is the number of the row in the design, from 1.")
    else:
        factors, places = roles.factors, placeholders(roles)
        design = design_of(factors, roles.replicate is not None)
    notes += dropped_notes(roles)
    place = {"folders": pattern_of(items, places, is_event_file=False)}
    measures, others = from_tags(read_values(logs, units, has_containers=True).tags, len(units))
    title = f"{name}: runs by number" if is_numbered else name
    return Guess(
        name, title, design, factors, place, [*measures, SECONDS], notes, others, is_numbered,
        files=[unit.path for unit in units],
    )  # fmt: skip


def run_numbers(run: Variable) -> tuple[list[int] | None, str]:
    """Run numbers from 1, without the digits that all share: 11, 12 ... 18 are 1 to 8 behind a 1."""
    texts = sorted(set(run.values))
    first, last = texts[0], texts[-1]
    shared = next((i for i, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), 0)
    prefix = "" if min(map(int, texts)) == 1 else first[:shared]
    rest = [each.removeprefix(prefix) for each in run.values]
    if not all(rest) or min(map(int, rest)) != 1:
        return None, ""
    return [int(each) for each in rest], prefix


def numbered_factors(count: int, runs: list[int]) -> list[Factor]:
    """Two-level factors A, B, ... where the runs are a power of two; else one factor with a level a run."""
    unknown = Variable("", tuple(map(str, runs)), place_of(0))
    power = count.bit_length() - 1
    if count > 1 and 1 << power == count:
        factors = [Factor("ABCDEFGHJKLM"[i], ("low", "high"), unknown) for i in range(power)]
        assert prod(len(each.levels) for each in factors) == count
        return factors
    return [Factor("A", tuple(f"level {i}" for i in range(1, count + 1)), unknown)]
