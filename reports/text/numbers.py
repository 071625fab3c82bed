"""Numbers as a reader wants them: as many digits as their error bears, a real minus sign, p < 0.001."""

from collections.abc import Iterable
from datetime import datetime
from math import floor, isfinite, log10
from statistics import median

MISSING = "–"
NARROW_SPACE = "\u202f"


def decimals_of(error: float | None, digits: int = 2) -> int | None:
    """Decimals that show two digits of a standard error; None where there is no error to go by."""
    if error is None or not isfinite(error) or error <= 0:
        return None
    return max(0, digits - 1 - floor(log10(error)))


def extent(values: Iterable[float | None]) -> tuple[float, float]:
    """Lowest and highest of what is there and finite; zeros where nothing is."""
    present = [value for value in values if value is not None and isfinite(value)]
    return (min(present), max(present)) if present else (0.0, 0.0)


def share(value: float, low: float, high: float) -> float:
    """The place of a value between a lowest and a highest, from 0 to 1, however far these are apart; 0 where nowhere."""
    span = high / 2 - low / 2
    return (value / 2 - low / 2) / span if span else 0.0


def decimals_of_intervals(lows: Iterable[float | None], highs: Iterable[float | None]) -> int | None:
    """Decimals for a column of 95 % intervals: those of the middle one's standard error, a quarter of its width."""
    widths = [
        high - low for low, high in zip(lows, highs, strict=True) if low is not None and high is not None
    ]
    return decimals_of(median(widths) / 4) if widths else None


def number(value: float | None, decimals: int | None = None, digits: int = 4) -> str:
    """With `decimals` places, or with so many significant digits where none are given."""
    if value is None or value != value:
        return MISSING
    if not isfinite(value):
        return "∞" if value > 0 else "−∞"
    size = abs(value)
    if decimals is None:
        if size and (size >= 10**9 or size < 10**-4):
            return _scientific(value, digits)
        decimals = max(0, digits - 1 - floor(log10(size))) if size else 0
        text = f"{value:.{min(decimals, 8)}f}"
        text = text.rstrip("0").rstrip(".") if "." in text else text
    else:
        text = f"{value:.{min(decimals, 10)}f}"
        # an end of an interval close to zero keeps its side
        while value and float(text) == 0 and decimals < 10 and 10**-decimals > size > 10 ** -(decimals + 2.3):
            decimals += 1
            text = f"{value:.{decimals}f}"
    if float(text) == 0:
        text = text.lstrip("-")
    return _grouped(text).replace("-", "−")


def ratios(low: float, high: float) -> str:
    """'×0.797 to ×1.25': two decimal logarithms as factors."""
    return f"×{number(10**low, digits=3)} to ×{number(10**high, digits=3)}"


def signed(value: float | None, decimals: int | None = None) -> str:
    """The same with its sign, for differences."""
    text = number(value, decimals)
    return text if value is None or value != value or value <= 0 else f"+{text}"


def p_value(p: float | None) -> str:
    """p to three decimals: "0.046", "< 0.001"."""
    if p is None or p != p:
        return MISSING
    return "< 0.001" if p < 0.001 else "> 0.999" if p > 0.999 else f"{p:.3f}"


def p_phrase(p: float | None) -> str:
    """For use in a sentence: "p < 0.001", "p = 0.046"."""
    text = p_value(p)
    return f"p {text}" if text[0] in "<>" else f"p = {text}"


def with_unit(text: str, unit: str | None) -> str:
    """A number and its unit, kept on one line."""
    return f"{text}\u00a0{unit}" if unit else text


def moment(at: datetime | None) -> str:
    """A UTC time to the second."""
    return MISSING if at is None else f"{at:%Y-%m-%d %H:%M:%S}"


def day_and_time(at: datetime | None) -> str:
    """A UTC time to the minute, as prose has it."""
    return MISSING if at is None else f"{at.day} {at:%B %Y, %H:%M} UTC"


def iso(at: datetime) -> str:
    """A UTC time as machines read it."""
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"


def size(count: int | None) -> str:
    """Bytes in the unit that keeps the number short."""
    if count is None:
        return MISSING
    amount, unit = float(count), "B"
    for unit in ("B", "kB", "MB", "GB", "TB"):
        if amount < 1000 or unit == "TB":
            break
        amount /= 1000
    return f"{count} B" if unit == "B" else f"{number(amount, digits=3)} {unit}"


def _grouped(text: str) -> str:
    whole, point, rest = text.partition(".")
    return f"{int(whole):,}".replace(",", NARROW_SPACE) + point + rest if len(whole.lstrip("-")) > 4 else text


def _scientific(value: float, digits: int) -> str:
    mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
    raised = str(int(exponent)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return f"{mantissa}×10{raised}".replace("-", "−")
