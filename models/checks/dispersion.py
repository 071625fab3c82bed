"""Whether values spread more at one level of a factor than at the other, in designs where no run was repeated."""

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from models.design.contrasts import Matrix
from models.design.lenth import lenth
from models.fits.effects import holm
from models.fits.error_terms import contrasts, why_no_lenth
from models.fits.samples import Sample

SETS, SEED = 2000, 1986
# runs: of fewer, halves have too few residuals to compare; of more, simulation takes long
FEWEST, MOST = 16, 128


class Dispersion(NamedTuple):
    """The factor whose levels spread least equally: ln of the variance at + over that at -, p for all factors."""

    factor: str
    log_ratio: float
    p_value: float


@lru_cache(maxsize=8)
def _drawn(runs: int) -> Matrix:
    return np.random.default_rng(SEED).standard_normal((SETS, runs))


def dispersion(sample: Sample) -> Dispersion | None:
    """By residuals of the effects active at once whose factors are (Box and Meyer, Technometrics 28, 1986, 19-27).

    Other effects may be the unequal spread's own doing, and would take it out of the residuals. p is simulated of
    normal values, whose residuals are as dependent as these, and adjusted by Holm. None where runs were repeated, as
    their own spread then tells more, or where the design is not one that Lenth's method judges.
    """
    runs = len(sample.design.places)
    if (
        not FEWEST <= runs <= MOST
        or sample.study.block
        or sample.by_folder.df_repeats
        or why_no_lenth(sample)
    ):
        return None
    effects = contrasts(sample)
    margin = lenth(np.array(list(effects.values())), 1 - sample.alpha).simultaneous_margin
    active = [term for term, effect in effects.items() if abs(effect) > margin]
    fitted = [sample.design.column(term) for term in active if set(active).issuperset(term.split(":"))]
    left = runs - 1 - len(fitted)
    factors = list(sample.design.factors)
    if left < runs / 2:
        return None
    X = np.column_stack([np.ones(runs), *fitted]) / np.sqrt(runs)  # orthonormal
    means, places, _ = sample.folders
    y = np.zeros(runs)
    is_factorial = places < runs
    y[places[is_factorial]] = means[is_factorial]
    every = np.vstack([y[None] - y.mean(), _drawn(runs)])
    residuals = every - every @ X @ X.T
    if np.abs(residuals[0]).max() <= sample.resolution:
        return None
    halves = [(high, ~high) for high in (sample.design.signs > 0).T]
    ratios = np.stack(
        [np.log(residuals[:, plus].var(axis=1) / residuals[:, minus].var(axis=1)) for plus, minus in halves],
        axis=1,
    )
    above = (np.abs(ratios[1:]) >= np.abs(ratios[0])).sum(axis=0)
    adjusted = holm(((above + 1) / (SETS + 1)).tolist())
    place = int(np.argmin(adjusted)) if min(adjusted) < 1 else int(np.argmax(np.abs(ratios[0])))
    return Dispersion(factors[place], float(ratios[0, place]), adjusted[place])
