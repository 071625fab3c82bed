"""Effects with their intervals, in the unit of the response or as ratios."""

import numpy as np

from models.fits.samples import Sample, power_of_ten
from models.wording import decimals_for, number, signed


def unit_of(sample: Sample) -> str:
    """A difference of percentages is one of percentage points."""
    unit = sample.study.responses[sample.response].unit
    return {"%": " percentage points", "": ""}.get(unit, f" {unit}")


def difference(sample: Sample, effect: float, margin: float, is_active: bool) -> str:
    """'−1.08 percentage points [−1.37, −0.79]', '×0.48 [0.33, 0.69]'; without an interval where there is no error."""
    low, high = interval_text(sample, effect, margin, is_active)
    interval = f" [{low}, {high}]" if np.isfinite(margin) else ""
    if sample.scale == "log10":
        return f"×{number(power_of_ten(effect), _ratio_decimals(effect, margin, is_active))}{interval}"
    return f"{_signed(effect, _decimals(effect, margin, is_active))}{unit_of(sample)}{interval}"


def interval_text(sample: Sample, effect: float, margin: float, is_active: bool = False) -> tuple[str, str]:
    """Both ends; of ratios on the log scale."""
    low, high = effect - margin, effect + margin
    if sample.scale == "log10":
        decimals = _ratio_decimals(effect, margin, is_active)
        return number(power_of_ten(low), decimals), number(power_of_ten(high), decimals)
    decimals = _decimals(effect, margin, is_active)
    return number(low, decimals), number(high, decimals)


def value_text(sample: Sample, mean: float, margin: float) -> str:
    """'152 s [121, 190]', in the unit of the response on both scales."""
    unit = "" if sample.distribution == "binomial" else sample.study.responses[sample.response].unit
    decimals = _value_decimals(sample, mean, margin)
    shown = number(_plain(sample, mean), decimals) + (f" {unit}" if unit else "")
    return f"{shown} {_interval(sample, mean, margin, decimals)}"


def range_text(sample: Sample, mean: float, margin: float) -> str:
    return _interval(sample, mean, margin, _value_decimals(sample, mean, margin))


def _interval(sample: Sample, mean: float, margin: float, decimals: int) -> str:
    low, high = (_plain(sample, end) for end in (mean - margin, mean + margin))
    return f"[{number(low, decimals)}, {number(high, decimals)}]"


def _plain(sample: Sample, value: float) -> float:
    return sample.plain(value)


def _value_decimals(sample: Sample, mean: float, margin: float) -> int:
    return decimals_for(_plain(sample, mean) - _plain(sample, mean - margin))


def _signed(effect: float, decimals: int) -> str:
    return number(effect, decimals) if effect == 0 else signed(effect, decimals)


def _decimals(effect: float, margin: float, is_active: bool) -> int:
    decimals = decimals_for(margin)
    nearest = min(abs(effect - margin), abs(effect + margin))
    while is_active and np.isfinite(margin) and decimals < 12 and round(nearest, decimals) == 0:
        decimals += 1  # an interval that excludes zero is not to be printed with a zero
    return decimals


def _ratio_decimals(effect: float, margin: float, is_active: bool) -> int:
    ratio, low, high = map(power_of_ten, (effect, effect - margin, effect + margin))
    decimals = decimals_for(high - ratio)
    if ratio < 10:
        decimals = max(2, decimals_for(min(high - ratio, ratio - low)))
    nearest = low if effect > 0 else high
    while is_active and np.isfinite(margin) and decimals < 15 and round(nearest, decimals) == 1:
        decimals += 1  # nor an interval that excludes 1 with a 1
    return decimals
