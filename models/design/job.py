"""The command of a training job, with the levels of a run put in where its placeholders stand."""

import re
import shlex
from collections.abc import Iterator, Mapping, Sequence

from models.declared.names import has_control

_BRACES = re.compile(r"(\$?)\{([^{}]*)\}")
_NAME = re.compile(r"[\w .:-]*")
OWN = ("folder", "run", "replicate")


def check_command(command: str, factors: Sequence[str]) -> None:
    """Raises ValueError, one sentence a line, for what would not give every run its levels, safe from the shell."""
    known = [*factors, *OWN]
    if problems := list(_problems(command, known, factors)):
        raise ValueError("\n".join(problems))


def written(command: str, values: Mapping[str, str]) -> str:
    """The command for a run: every value as one word of a POSIX shell, `{folder}` as its variable."""
    quoted = {**{name: shlex.quote(value) for name, value in values.items()}, "folder": '"$_folder"'}
    return _BRACES.sub(lambda found: quoted.get(found[2], found[0]), command)


def _problems(command: str, known: Sequence[str], factors: Sequence[str]) -> Iterator[str]:
    names = ", ".join(f"{{{name}}}" for name in known)
    if not command.strip() or has_control(command):
        yield f"--command: found {command!r}, expected one line such as 'python train.py --out {{folder}}'. Correct it."
        return
    seen = set()
    for found in _BRACES.finditer(command):
        name = found[2]
        if name in known and found[1]:
            yield f"--command: found ${{{name}}}, expected {{{name}}}. Remove the dollar."
        elif name in known and _is_quoted(command[: found.start()]):
            yield (
                f"--command: found {{{name}}} inside quotes, backquotes, $( ) or after a backslash, expected it bare: "
                "each value is quoted as the shell needs it. Remove what stands around it, or write a script."
            )
        elif name not in known and not found[1] and _NAME.fullmatch(name):
            yield f"--command: found {{{name}}}, expected one of {names}. Correct the name."
        seen.add(name)
    if "folder" not in seen:
        yield "--command: found no {folder}, expected it: there the job has to write its files. Add it."
    missing = [name for name in factors if name not in seen]
    if missing and "run" not in seen:
        yield (
            f"--command: found no {', '.join(f'{{{name}}}' for name in missing)}, expected every factor, or {{run}} for "
            "a job that looks its levels up: what the command does not get is not varied. Add it."
        )


def _is_quoted(before: str) -> bool:
    """Whether what follows this beginning of a command is no bare text to a shell."""
    quote, is_escaped = "", False
    for character in before:
        if is_escaped:
            is_escaped = False
        elif character == "\\" and quote != "'":
            is_escaped = True
        elif quote:
            quote = "" if character == quote else quote
        elif character in "'\"":
            quote = character
    return bool(quote) or is_escaped or "`" in before or "$(" in before
