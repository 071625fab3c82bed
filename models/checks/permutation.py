"""p-values that take no normal errors for granted: how often the same values in another order give so large an effect."""

from collections.abc import Mapping
from functools import lru_cache
from itertools import permutations
from math import factorial, prod

import numpy as np

from models.design.coding import Integers, Vector
from models.design.lenth import pseudo_errors
from models.fits.anova import Fit
from models.fits.error_terms import ErrorTerm
from models.fits.samples import Sample, grouped_means

MOST = 5040  # orders up to which all are tried
DRAWN, SEED = 1999, 1935
MOST_UNITS = (
    1000  # of more, means are as good as normal whatever the values are, and all orders would fill the memory
)
TIE = 1 - 1e-9  # statistics that differ by rounding are equal


def permuted_p_values(sample: Sample, deciding: ErrorTerm) -> Mapping[str, float]:
    """Of each effect, by the unit that decides; empty where units are not exchangeable: counts, strata, unequal sizes, lost
    cells, and units that alone decide their fit, whose residual is zero (2^2 with centre points: 11 % instead of 5 %).
    Empty also of more than MOST_UNITS units.

    Where there is an error, residuals of the model without the term change places, inside blocks, and its F is taken
    anew (Freedman and Lane 1983; of the methods for terms of an analysis of variance the one that Anderson and ter
    Braak, Journal of Statistical Computation and Simulation 73, 2003, found best). Of unreplicated runs the values
    themselves change places, as if no effect were there, and |effect| over PSE is taken anew (Edgington and Onghena,
    Randomization Tests, 2007). All orders are tried where they are few, else 1999 drawn with a fixed seed.
    """
    if sample.counted or deciding.has_strata or len(sample.executions.y) > MOST_UNITS:
        return {}
    sizes = sample.folders[2]
    if deciding.unit == "folder" and len(set(sizes.tolist())) > 1:
        return {}
    if deciding.lenth:
        return _of_contrasts(sample, deciding)
    model = deciding.model
    if model is None or model.partial or not model.df_error or model.leverages.max() > 1 - 1e-9:
        return {}
    units = sample if deciding.unit == "container" else sample.by_folder
    blocks = units.cells[1][units.cells[2]] if sample.study.block else np.zeros(len(units.y), dtype=np.int64)
    moved = _moved(blocks)
    found = {verdict.term: _ratios(model, verdict.term, moved) for verdict in deciding.verdicts}
    return _told(found, sample.alpha)


def _moved(blocks: Integers) -> Integers:
    """Orders (many, units) of units inside their blocks; the first is their own."""
    orders = _orders(tuple(np.bincount(blocks).tolist()))
    within = np.argsort(blocks, kind="stable")  # places of the units, block after block
    moved = np.empty_like(orders)
    moved[:, within] = within[orders]
    return moved


def _ratios(model: Fit, term: str, orders: Integers) -> Vector:
    """Of each order of the residuals, the first of which is their own, what rises with the F of the term."""
    place = model.columns[term]
    others = np.delete(model.X, np.arange(place.start, place.stop), axis=1)
    Q = np.linalg.qr(others)[0]
    own = model.X[:, place]
    T = np.linalg.qr(own - Q @ (Q.T @ own))[0]
    y = model.y - model.y.mean()
    moved = (y - Q @ (Q.T @ y))[orders]
    left = (moved**2).sum(axis=1) - ((moved @ Q) ** 2).sum(axis=1)
    return np.asarray(((moved @ T) ** 2).sum(axis=1) / np.maximum(left, np.finfo(float).tiny))


def _of_contrasts(sample: Sample, deciding: ErrorTerm) -> dict[str, float]:
    means, places, _ = sample.folders
    runs = len(sample.design.places)
    values = grouped_means(means, places)[:runs]
    blocks = np.zeros(runs, dtype=np.int64)
    if sample.study.block:
        cells, of, _ = sample.cells
        blocks[cells[cells < runs]] = of[cells < runs]
        blocks = np.unique(blocks, return_inverse=True)[1]
    moved = _moved(blocks)
    terms = [verdict.term for verdict in deciding.verdicts]
    X = np.stack([sample.design.column(term) for term in terms], axis=1).astype(np.float64)
    sizes = np.abs((values - values.mean())[moved] @ X)
    errors = pseudo_errors(sizes)[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = np.where(errors > 0, sizes / errors, np.inf)
    return _told({term: ratios[:, i] for i, term in enumerate(terms)}, sample.alpha)


def _share(statistics: Vector, limit: float) -> float:
    """Of orders that give as much as the limit."""
    return float((statistics >= limit * TIE).mean())


def _told(statistics: Mapping[str, Vector], alpha: float) -> dict[str, float]:
    """p of each effect, its own order being one of all; none where even the largest statistic would not reach alpha."""
    return {
        term: _share(of_term, float(of_term[0]))
        for term, of_term in statistics.items()
        if _share(of_term, float(of_term.max())) < alpha
    }


@lru_cache(maxsize=4)
def _orders(sizes: tuple[int, ...]) -> Integers:
    """Orders of the units of groups of these sizes, which stand one after another."""
    total = sum(sizes)
    ends = np.cumsum(sizes)
    starts = ends - sizes
    if prod(map(factorial, sizes)) <= MOST:
        parts = [np.array(list(permutations(range(a, b)))) for a, b in zip(starts, ends, strict=True)]
        found = parts[0]
        for part in parts[1:]:
            found = np.hstack([np.repeat(found, len(part), axis=0), np.tile(part, (len(found), 1))])
        return found
    rng = np.random.default_rng([SEED, total])
    parts = [
        np.argsort(rng.random((DRAWN, size)), axis=1) + start
        for size, start in zip(sizes, starts, strict=True)
    ]
    return np.vstack([np.arange(total), np.hstack(parts)])
