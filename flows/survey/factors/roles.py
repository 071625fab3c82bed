"""What varies from run to run, sorted into factors, the replicate and what only tells runs apart."""

import re
from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from math import prod
from typing import NamedTuple

from models.declared.levels import level_key
from models.declared.names import LONG_COLUMNS, SHEET_COLUMNS, WIDE_COLUMNS

MOST_LEVELS = 12
REPLICATE_WORDS = {
    "seed", "rep", "reps", "repl", "replicate", "replica", "run", "round", "trial", "repeat", "repetition",
    "iteration", "iter", "attempt", "try", "fold", "random_seed", "manual_seed", "rng_seed", "run_id", "r", "s",
    "session", "night", "day", "wdh", "wiederholung", "block", "blocks", "rpt", "wiederh", "repetition_index",
}  # fmt: skip
# How or where a run was made, of which nobody makes a factor without saying so; and how it ended.
WHEREABOUTS = {
    "host", "hostname", "user", "username", "pid", "git", "commit", "git_commit", "git_hash", "sha", "notes", "note",
    "tags", "error", "errors", "exception", "traceback", "error_message", "failure", "message", "stderr",
}  # fmt: skip
# What programs for designs of experiments write beside the factors.
BOOKKEEPING = {
    "stdorder", "runorder", "centerpt", "pttype", "std order", "run order", "center pt", "pt type", "std", "std.order",
    "run.no", "run.no.in.std.order", "run.no.std.rp",
}  # fmt: skip
OUTCOMES = {"status", "state", "done", "exit_code", "exitcode", "success", "failed", "comment", "comments"}
_ID = re.compile(
    r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{12,}"
    r"|[A-Z][a-z]{2}[0-9]{2}_[0-9]{2}-[0-9]{2}-[0-9]{2}"  # a moment as torch names folders
    r"|[0-9]{4}-?[0-9]{2}-?[0-9]{2}[-_T ].*|[0-9]{9,}(?:\.[0-9]+)?"
)
UNITS = {
    "ns", "us", "µs", "ms", "s", "min", "h", "C", "K", "g", "mg", "kg", "m", "mm", "cm", "V", "mV", "A", "mA", "W", "Hz",
    "Pa", "bar", "L", "mL", "ml", "N", "J", "rpm", "ppm", "mol", "M", "mM", "B", "kB", "KB", "MB", "GB", "KiB", "MiB",
    "GiB", "sec", "seconds", "milliseconds", "microseconds", "nanoseconds", "minutes", "hours",
}  # fmt: skip
_LONGEST_UNIT = 8
_QUANTITY = re.compile(r"([+-]?[0-9]*\.?[0-9]+(?:[eE][+-]?[0-9]+)?)(.*)")
_SAYS_LITTLE = {"name", "value", "type", "kind", "id", "mode", "rate", "class"}
_RESERVED = {*WIDE_COLUMNS, *LONG_COLUMNS, *SHEET_COLUMNS, "container"}


class Variable(NamedTuple):
    """A text a run, from a place of the path, a column or a key; `name` is empty where nothing names it."""

    name: str
    values: tuple[str, ...]
    place: str  # for people, and to find it again
    is_marked: bool = False  # whoever wrote it said that it is a setting

    @property
    def keys(self) -> tuple[Hashable, ...]:
        return tuple(level_key(each) for each in self.values)

    @property
    def are_numbers(self) -> bool:
        return all(re.fullmatch(r"[0-9]{1,6}(?:\.0+)?", each) for each in self.values)


class Factor(NamedTuple):
    name: str
    levels: tuple[str, ...]
    variable: Variable


class Roles(NamedTuple):
    """`dropped` says why something that varies is no factor."""

    factors: list[Factor]
    replicate: Variable | None
    dropped: list[tuple[Variable, str]]

    @property
    def has_folds(self) -> bool:
        return self.replicate is not None and are_folds(self.replicate.name)


def sort_out(variables: Sequence[Variable]) -> Roles:
    """The first of several that say the same is kept, so what is to be preferred comes first."""
    dropped: list[tuple[Variable, str]] = []
    candidates: list[Variable] = []
    repeats: list[Variable] = []
    count = len(variables[0].values) if variables else 0
    for each in variables:
        kinds = len(set(each.keys))
        if kinds < 2:
            continue
        if word_of(each) in REPLICATE_WORDS and each.are_numbers:
            repeats.append(each)
        elif word_of(each) in OUTCOMES:
            dropped.append((each, "says how a run ended"))
        elif word_of(each) in WHEREABOUTS:
            dropped.append((each, "says where or how a run was made; declare it where it was varied"))
        elif each.name.lower() in BOOKKEEPING:
            dropped.append((each, "says which point of the design a run is, or when it was made"))
        elif all(_ID.fullmatch(value) for value in each.values):
            dropped.append((each, "an id or a time"))
        elif kinds > MOST_LEVELS or (kinds * 2 > count and not (each.is_marked and kinds < count)):
            dropped.append((each, f"{kinds} different texts in {count} runs"))
        else:
            candidates.append(each)
    if not repeats and (counted := [each for each in candidates if _counts(each)]):
        repeats.append(counted[-1])
        candidates.remove(counted[-1])
    for each in list(candidates):
        if not each.name and any(_determines(other.keys, each.keys) for other in repeats):
            candidates.remove(each)
            dropped.append((each, "goes with the replicate"))
    kept = _kept(candidates, dropped)
    if not kept:  # one run a level, of something that is plainly a setting
        alone = [each for each, _ in dropped if each.is_marked and len(set(each.keys)) <= 2 * MOST_LEVELS]
        kept = alone[:1]
        dropped = [each for each in dropped if each[0] not in kept]
    replicate = _replicate(repeats, kept, dropped)
    return Roles(named([each for each in variables if each in kept]), replicate, dropped)


def are_folds(name: str) -> bool:
    """Whether replicates by this name are the parts of a cross-validation, which all runs share."""
    return bool(re.search(r"(?:^|[^a-z])(?:fold|split|cv)s?(?:$|[^a-z])", name, re.I))


def word_of(variable: Variable) -> str:
    """The last key of a name without the marks around it: `run` of `Run #`."""
    return without_prefix(variable.name).lower().rpartition(".")[2].strip(' #"_-')


def without_prefix(name: str) -> str:
    """A name without the word by which a tool says that it is a setting: `params_lr`, `Param: lr`, `config/lr`."""
    return re.sub(r"(?i)^(?:params?|config|hparams|args|hyperparameters)(?:_|/|: ?|-)(?=\w)", "", name)


def _counts(variable: Variable) -> bool:
    """Whether unnamed numbers count from 0 or 1."""
    if variable.name or not variable.are_numbers:
        return False
    numbers = sorted({int(float(each)) for each in variable.values})
    return numbers in (list(range(len(numbers))), list(range(1, len(numbers) + 1)))


def _kept(candidates: Sequence[Variable], dropped: list[tuple[Variable, str]]) -> list[Variable]:
    def rank(each: Variable) -> int:
        # Of coded levels beside the real ones the real ones say more.
        return (
            0
            if each.is_marked
            else 1
            if each.name and not is_coded(each)
            else 2
            if not each.are_numbers
            else 3
        )

    numbering = [each for each in candidates if not each.is_marked and numbers_cells(each, candidates)]
    dropped += [(each, "has one text in each cell of the others") for each in numbering]
    kept: list[Variable] = []
    for each in sorted(
        [each for each in candidates if each not in numbering],
        key=lambda each: (rank(each), says_little(each)),
    ):
        twin = next((other for other in kept if _determines(other.keys, each.keys)), None)
        if twin:
            dropped.append((each, f"goes with {twin.name or twin.place}"))
        elif kept and rank(each) and _determines(_cells(kept), each.keys) and not is_product(each, kept):
            dropped.append((each, f"follows from {', '.join(other.name or other.place for other in kept)}"))
        else:
            kept.append(each)
    found = [each for each in kept if is_outcome(each, kept)]
    dropped += [(each, "falls as it likes into the cells of the path") for each in found]
    return [each for each in kept if each not in found]


def is_outcome(variable: Variable, kept: Sequence[Variable]) -> bool:
    """Whether numbers of few digits are rather a result: levels that come unequally often, in few cells of a full
    factorial that the paths tell, such as a quantile in whole milliseconds."""
    path = [each for each in kept if each.place.startswith("part ")]
    if variable.is_marked or variable in path or not path or not variable.are_numbers:
        return False
    sizes = prod(len(set(each.keys)) for each in path)
    is_full = len(set(_cells(path))) == sizes
    is_uneven = len(set(Counter(variable.keys).values())) > 1
    is_sparse = 2 * len(set(_cells([*path, variable]))) < sizes * len(set(variable.keys))
    return is_full and is_uneven and is_sparse


def numbers_cells(variable: Variable, candidates: Sequence[Variable]) -> bool:
    """Whether a variable only says which cell of a full factorial of coarser ones a run is, as a count of iterations
    does that a program finds for each."""
    coarser: list[Variable] = []
    for each in candidates:
        is_coarser = _determines(variable.keys, each.keys) and not _determines(each.keys, variable.keys)
        if is_coarser and not any(_determines(other.keys, each.keys) for other in coarser):
            coarser.append(each)
    cells = _cells(coarser)
    is_full = len(set(cells)) == prod(len(set(each.keys)) for each in coarser)
    return len(coarser) > 1 and is_full and _determines(cells, variable.keys)


def is_coded(variable: Variable) -> bool:
    """Whether levels are -1 and +1, with or without a 0."""
    kinds = set(variable.keys)
    return {-1, 1} <= kinds <= {-1, 0, 1}


def _determines(one: Sequence[Hashable], other: Sequence[Hashable]) -> bool:
    return len(set(zip(one, other, strict=True))) == len(set(one))


def _cells(variables: Sequence[Variable]) -> list[tuple[Hashable, ...]]:
    return list(zip(*(each.keys for each in variables), strict=True))


def is_product(variable: Variable, others: Sequence[Variable]) -> bool:
    """Whether two levels are plus and minus of a product of the two levels of some of the others."""
    if any(len(set(each.keys)) != 2 for each in (variable, *others)):
        return False
    signs = [[1 if key == each.keys[0] else -1 for key in each.keys] for each in others]
    own = [1 if key == variable.keys[0] else -1 for key in variable.keys]
    for chosen in range(1, 1 << min(len(signs), 12)):
        column = [1] * len(own)
        for place, sign in enumerate(signs):
            if chosen >> place & 1:
                column = [a * b for a, b in zip(column, sign, strict=True)]
        if column in (own, [-each for each in own]):
            return True
    return False


def _replicate(
    repeats: Sequence[Variable], kept: Sequence[Variable], dropped: list[tuple[Variable, str]]
) -> Variable | None:
    """The number that tells runs of one cell apart, and comes again in other cells."""
    found = None
    for each in repeats:
        cells = _cells(kept) if kept else [()] * len(each.values)
        is_count = len(set(each.keys)) < len(each.keys) or len(set(cells)) == 1
        if is_count and found is None:
            found = each
        else:
            reason = "another number is the replicate" if found else "a number of its own for every run"
            dropped.append((each, reason))
    return found


def named(kept: Sequence[Variable]) -> list[Factor]:
    """Factors with names that a study takes; those that nothing names are factor_1, factor_2 ..."""
    factors: list[Factor] = []
    taken = {each.lower() for each in _RESERVED}
    for each in kept:
        name = (
            re.sub(r"[^\w -]+| - ", "_", without_unit(last_part(each, kept))).strip("_ -")
            or f"factor_{len(factors) + 1}"
        )
        short = name
        number = 2
        while name.lower() in taken:
            name, number = f"{short}_{number}", number + 1
        taken.add(name.lower())
        factors.append(Factor(name, levels_of(each.values), each))
    return factors


def without_unit(name: str) -> str:
    """A name without the unit that stands behind it in brackets: `Drehzahl [1/min]`."""
    return re.sub(r"\s*[(\[][^()\[\]]*[)\]]\s*$", "", name) or name


def unit_below(name: str) -> tuple[str, str]:
    """A name of two lines, the lower of which is a unit, in its parts: `Temp` and `°C` of `Temp.°C`."""
    before, _, last = name.rpartition(".")
    is_unit = last in UNITS or (re.search(r"[^\w\s.{}\[\]()\"'-]", last) and len(last) <= _LONGEST_UNIT)
    return (before, last) if before and is_unit else (name, "")


def says_little(variable: Variable) -> bool:
    """Whether the last key of a name leaves open of what; an index stands for a name."""
    last = variable.name.rpartition(".")[2].lower()
    return last in _SAYS_LITTLE or bool(re.search(r"(?:^|_)(?:index|idx)$", last))


def last_part(variable: Variable, others: Sequence[Variable]) -> str:
    """The last key of a path into a file, where it says enough: `lr` of `config.lr`, but `optim.name`."""
    if re.search(r"\s", variable.name):  # no path into a file: `Factor 1.A:Temp.deg C`
        return variable.name
    if unit_below(variable.name)[1]:
        return unit_below(variable.name)[0]
    last = without_prefix(variable.name).rpartition(".")[2]
    is_own = sum(without_prefix(each.name).rpartition(".")[2] == last for each in others) == 1
    return last if is_own and not says_little(variable) else ".".join(variable.name.split(".")[-2:])


def levels_of(values: Sequence[str]) -> tuple[str, ...]:
    """One text a level, the shortest of those that are the same number; numbers grow, texts in their order."""
    spelled: dict[Hashable, str] = {}
    for each in sorted(set(values), key=lambda text: (len(text), text)):
        text = re.sub(r"\.0+$", "", each) if re.fullmatch(r"-?[0-9]+\.0+", each) else each
        spelled.setdefault(level_key(each), text)
    texts = sorted(spelled.values())
    if rank := order_of(texts):
        texts.sort(key=rank.__getitem__)
    return tuple(texts)


def order_of(texts: Sequence[str]) -> Mapping[str, float] | None:
    """The sizes of levels that are numbers, or quantities in one unit; None where only people know the order."""
    found = {
        each: _QUANTITY.fullmatch(each.replace("-", ".", 1) if re.fullmatch(r"0-[0-9]+", each) else each)
        for each in texts
    }
    sizes = {text: (float(match[1]), match[2]) for text, match in found.items() if match}
    if len(sizes) < len(texts) or len({unit for _, unit in sizes.values()}) > 1:
        return None
    return {text: size for text, (size, _) in sizes.items()}
