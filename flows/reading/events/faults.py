"""What is wrong inside an event file, as sentences: where, what was found, what was expected, what to do."""

from typing import NamedTuple

_NAMED = 20  # faults of a code that are listed one by one; a file of nothing but damage stays one screen

# code -> what was expected, what to do
_EXPECTED = {
    "Q314": (
        "a whole record",
        "What stands before is kept.",
    ),
    "Q315": (
        "intact records",
        "What stands before and after is kept. Copy the file again, or run the job again.",
    ),
    "Q317": ("a readable file", "Check the disk."),
    "Q319": ("a step of at most 2^53 in size", "Correct the job that logged it."),
    "Q320": ("a tag of at most 256 characters without control characters", "Rename it in the job."),
    "R104": ("scalars", "Check whether the job should have logged some."),
    "R105": ("finite numbers", "They are kept as they are."),
    "R106": ("seconds since 1970", "Their values are kept without a time."),
    "R107": ("steps that grow", "All are kept; the latest write counts for a repeated step."),
}


class Fault(NamedTuple):
    """A fault of one file: `length` bytes from `offset` on were not accepted because of it (0 for notes)."""

    code: str
    offset: int
    length: int
    message: str


class _Noted(NamedTuple):
    """`times` times the same, in `length` bytes from `offset` on."""

    offset: int
    length: int
    found: str
    times: int

    def fault(self, code: str, path: str) -> Fault:
        expected, remedy = _EXPECTED[code]
        more = f" (and {self.times - 1:,} more like it)" if self.times > 1 else ""
        extent = f" ({self.length:,} bytes)" if self.length else ""
        found = f"found {self.found}{more}{extent}, expected {expected}"
        return Fault(code, self.offset, self.length, f"{path}: byte {self.offset}: {found}. {remedy}")


class FaultLog:
    """The faults of one file; neighbouring bytes with the same code become one fault."""

    __slots__ = ("_noted",)

    def __init__(self) -> None:
        self._noted: dict[str, list[_Noted]] = {}

    def add(self, code: str, offset: int, length: int, found: str, count: int = 1) -> None:
        """Adds `length` bytes at `offset`, 0 for a mere note; offsets grow within a code."""
        noted = self._noted.setdefault(code, [])
        last = noted[-1] if noted else None
        if last and (not length or last.offset + last.length == offset or len(noted) == _NAMED):
            noted[-1] = last._replace(length=last.length + length, times=last.times + count)
        else:
            noted.append(_Noted(offset, length, found, count))

    def faults(self, path: str) -> tuple[Fault, ...]:
        """All faults in the order of the file, as sentences about `path`."""
        faults = (each.fault(code, path) for code, noted in self._noted.items() for each in noted)
        return tuple(sorted(faults, key=lambda fault: (fault.offset, fault.code)))
