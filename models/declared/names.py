"""What the names of studies, factors and responses may be."""

import re
import unicodedata
from collections.abc import Collection, Iterable

# columns beside which a factor has its own: in the wide view, in observations and in run sheets
WIDE_COLUMNS = ("run", "replicate", "folder", "container_id", "started_at", "stopped_at")
LONG_COLUMNS = ("study", "response", "value", "is_center")
SHEET_COLUMNS = ("run_order", "std_order")
TOLD_BLOCKS = ("replicate", "date")  # what every study tells of an execution


def has_control(text: str) -> bool:
    """Control characters, line and paragraph separators, lone surrogates: what breaks a line or a page."""
    return any(unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"} for character in text)


def folded(name: str) -> str:
    """SQL compares names without case; a reader cannot see how an accent is composed."""
    return unicodedata.normalize("NFC", name).casefold()


def check_study_name(name: str, reserved: Collection[str]) -> None:
    """A study's name becomes the name of its wide view: raise ValueError for what a view cannot be called."""
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,62}", name):
        raise ValueError(
            f"found {name!r}, expected a lower case letter, then at most 62 of a-z, 0-9 and _: it is the "
            "name of a view. Rename the study."
        )
    if name in {folded(other) for other in reserved}:
        raise ValueError(f"found {name!r}, which is a relation of the warehouse already. Rename the study.")


def check_columns(kind: str, names: Iterable[str], taken: Iterable[str]) -> None:
    """Names of factors or responses become columns: raise ValueError, one sentence a line."""
    problems: list[str] = []
    seen = {folded(name): name for name in taken}
    for name in names:
        if not name.strip() or name != name.strip() or ":" in name or has_control(name):
            problems.append(
                f"found the {kind} name {name!r}, expected a text without ':', control characters and blanks "
                "at its ends. Rename it."
            )
        elif folded(name) in seen:
            problems.append(
                f"found the {kind} name {name!r}, but {seen[folded(name)]!r} is taken (upper and lower case "
                "count as the same). Rename it."
            )
        seen.setdefault(folded(name), name)
    if problems:
        raise ValueError("\n".join(problems))


def own_blocks(block: Iterable[str]) -> list[str]:
    """Blocks with names of their own, which the path or a column of the table tells."""
    return [name for name in block if name not in TOLD_BLOCKS]


def is_block_name(name: str) -> bool:
    """Placeholders are words; those that mean something else are taken."""
    taken = ("run", "container", "create", "start", "stop")
    return bool(re.fullmatch(r"\w[\w -]*", name)) and name not in taken
