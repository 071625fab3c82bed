"""Which runs, were they made, would let a model be estimated whole."""

from collections.abc import Sequence

import numpy as np

from models.design.coding import Coding, code
from models.design.design import Design


def runs_that_complete(design: Design, coding: Coding, terms: Sequence[str], most: int = 8) -> list[int]:
    """Numbers of missing runs, each of which lets one more degree of freedom be told; at most so many.

    Empty where the runs present bear the whole model, or more runs than `most` are needed.
    """
    needed = sum(coding.full_df.values())
    places = np.arange(design.planned)
    missing = [int(place) for place in places if place not in set(coding.present.tolist())]
    present = coding.present
    found: list[int] = []
    df = _df(coding)
    while df < needed and missing and len(found) < most:
        gains = {place: _df(code(design, terms, np.append(present, place))) for place in missing}
        best = max(missing, key=lambda place: (gains[place], -place))
        if gains[best] <= df:
            # one run alone gains nothing where a level was never run beside others
            best = missing[0]
        present, df = np.append(present, best), max(df, gains[best])
        missing.remove(best)
        found.append(best + 1)
    return sorted(found) if df >= needed else []


def _df(coding: Coding) -> int:
    return sum(coding.blocks[term].shape[1] for term in coding.terms)
