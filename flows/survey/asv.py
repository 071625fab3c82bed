"""asv's results: the names of parameters in one file, the values of all their combinations in a list a commit."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import NamedTuple

from flows.log_root.regular_file import RefusedError, read_regular
from flows.reading.records.paths import quoted
from flows.reading.records.shape import RecordError
from flows.reading.records.trees import load_tree
from flows.survey.factors.design import design_of
from flows.survey.factors.roles import Factor, Variable, levels_of
from flows.survey.listing import Listing
from flows.survey.measures import Measure
from flows.survey.study_text import Guess

NAMES = "benchmarks.json"
UNITS = {"seconds": "s", "bytes": "B"}


class Benchmark(NamedTuple):
    """What benchmarks.json says of one: its parameters with their levels, and the unit of its values."""

    name: str
    levels: Mapping[str, tuple[str, ...]]
    unit: str
    is_time: bool


def guess_asv(logs: Path, listing: Listing, name: str) -> Guess | None:
    """The benchmarks of most parameters that agree in them; None where the log root holds no results of asv."""
    home = next((path.rpartition("/")[0] for path in listing.trees if path.rpartition("/")[2] == NAMES), None)
    if home is None:
        return None
    below = f"{home}/" if home else ""
    found = list(benchmarks(load(logs, f"{below}{NAMES}")))
    results = [path for path in listing.trees if is_result(path, below)]
    if not found or not results:
        return None
    kind, _ = Counter(tuple(each.levels.items()) for each in found).most_common(1)[0]
    alike = [each for each in found if tuple(each.levels.items()) == kind]
    machine, _, file = results[0].rpartition("/")
    env = file.partition("-")[2].removesuffix(".json")
    runs = [path for path in results if path.startswith(f"{machine}/") and path.endswith(f"-{env}.json")]
    where = [f"results.{quoted(each.name)}" for each in alike]
    place: dict[str, object] = {
        "table": f"{machine}/{{replicate}}-{env}.json",
        "each": [f"{each}[0]" for each in where],
        "product": f"{where[0]}[1]",
        "columns": {factor: f"{where[0]}[1][{i}]" for i, (factor, _) in enumerate(kind)},
    }
    measures = [
        Measure(
            each.name.rpartition(".")[2],
            {
                "key": f"{at}[0]",
                **({"unit": UNITS.get(each.unit, each.unit)} if each.unit else {}),
                **({"goal": "minimize"} if each.is_time else {}),
            },
        )
        for each, at in zip(alike, where, strict=True)
    ]
    factors = list(factors_of(kind, len(runs)))
    notes = [f"Results of asv for {len(runs)} commits in one environment; a commit is a replicate."]
    notes += [f"Not used: {each.name}, with other parameters." for each in found if each not in alike]
    title = f"{name}: {', '.join(factor for factor, _ in kind)}"
    return Guess(name, title, design_of(factors, has_replicate=True), factors, place, measures, notes, [])


def load(logs: Path, path: str) -> object:
    try:
        return load_tree(read_regular(logs, path).content, path)
    except (RefusedError, RecordError, OSError):
        return None


def benchmarks(tree: object) -> Iterator[Benchmark]:
    """Those with parameters of several levels."""
    for name, told in tree.items() if isinstance(tree, dict) else ():
        if not isinstance(told, dict) or not isinstance(names := told.get("param_names"), list):
            continue
        params = told.get("params")
        if not isinstance(params, list) or len(params) != len(names) or not names:
            continue
        levels = {
            str(key): tuple(text.strip("'\"") for text in each)
            for key, each in zip(names, params, strict=True)
        }
        if all(len(each) > 1 for each in levels.values()):
            yield Benchmark(name, levels, told.get("unit") or "", told.get("type") == "time")


def is_result(path: str, below: str) -> bool:
    inner = path.removeprefix(below)
    return path.startswith(below) and inner.count("/") == 1 and "-" in inner.rpartition("/")[2]


def factors_of(kind: Sequence[tuple[str, tuple[str, ...]]], commits: int) -> Iterator[Factor]:
    cells = list(product(*(levels for _, levels in kind))) * commits
    for place, (factor, levels) in enumerate(kind):
        values = tuple(cell[place] for cell in cells)
        yield Factor(factor, levels_of(levels), Variable(factor, values, NAMES, is_marked=True))
