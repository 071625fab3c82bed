"""The smallest effect that counts: whether an effect is below it, and with which power the data would find it."""

from typing import NamedTuple

import numpy as np

from models.design.lenth import power as lenth_power
from models.design.power import f_power
from models.fits.error_terms import ErrorTerm
from models.fits.samples import Sample

WANTED = 0.8
MOST = 50  # folders of each run beyond which no one goes


def smallest_that_counts(sample: Sample) -> float | None:
    """As declared, on the scale of the sample; a share is one of the mean, and of the ratio on the log scale."""
    response = sample.study.responses[sample.response]
    size, share = response.minimum_effect, response.minimum_share
    if size is None:
        return None
    if sample.scale == "log10":
        relative = share if share is not None else float(size) / abs(float(sample.observed.mean()))
        return float(np.log10(1 + relative))
    return share * abs(float(sample.observed.mean())) if share is not None else float(size)


def is_below_minimum(sample: Sample, effect: float, margin: float) -> bool | None:
    """Yes where the whole interval lies within the minimum, no where all of it lies beyond; None: cannot tell."""
    smallest = smallest_that_counts(sample)
    if smallest is None or not np.isfinite(effect + margin):
        return None
    if abs(effect) + margin < smallest:
        return True
    return False if abs(effect) - margin > smallest else None


class Detection(NamedTuple):
    """The power for the smallest effect that counts, and how many folders of each run give 0.8 (None: too many)."""

    now: float
    folders: int | None


def detection(sample: Sample, deciding: ErrorTerm) -> Detection | None:
    """By the error that decides; None without a minimum, or where effects have no single size."""
    smallest = smallest_that_counts(sample)
    if smallest is None or not deciding.errors or deciding.unit != "folder":
        return None
    error = max(deciding.errors.values())
    runs = len(np.unique(sample.places))
    present = len(sample.folders[0]) / runs
    alpha = sample.alpha
    noncentrality = (smallest / error) ** 2
    if deciding.lenth:
        now = lenth_power(len(deciding.verdicts), smallest / error, alpha)
        parameters = 1 + len(sample.coding.terms)
    else:
        now = f_power(noncentrality, 1, round(deciding.df), alpha) or 0.0
        parameters = len(sample.folders[0]) - round(deciding.df)
    for folders in range(1, MOST + 1):
        df = folders * runs - parameters
        chance = f_power(noncentrality * folders / present, 1, df, alpha) if df > 0 else None
        if chance is not None and chance >= WANTED and (folders > 1 or not deciding.lenth):
            return Detection(now, folders)
    return Detection(now, None)
