"""Lengths of time as study files write them: a number with s, min, h or d."""

import re

DURATION = r"(?P<number>[0-9]{1,5}) ?(?P<unit>s|min|h|d)"
SECONDS = {"s": 1, "min": 60, "h": 3600, "d": 86_400}


def seconds(duration: str) -> int | None:
    """The length in seconds; None where the text is none."""
    told = re.fullmatch(DURATION, duration)
    return int(told["number"]) * SECONDS[told["unit"]] if told else None
