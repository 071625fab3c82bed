"""What looking every night does to conclusions where there is nothing to find: with a plan for the looks, and without."""

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from models.declared.study import Study
from models.design.design import Design
from models.fits.error_terms import judge
from models.fits.samples import in_order, samples
from models.textbook import textbook_observations

SEED = 1977
NIGHTS = 6
DESIGN = f"2^3, 1 folder of each run a night, {NIGHTS} nights"
RESPONSE = "y"
WHOLE, PLANNED = f"replicates = {NIGHTS}", f"looks = [1, 2, ..., {NIGHTS}]"
BEFORE = 55.0  # percent of studies, of version 0.1.0 as its users measured it (33 of 60, issue 16)

Verdicts = list[dict[str, bool]]  # of each night, whether each effect was called active


def shares_of_looks(sets: int) -> Iterator[tuple[str, float, int, float | None, bool]]:
    """What was told, in how many percent of how many tries, the percentage before, and whether 5 % is what it must be.

    An effect counts that any night calls active; of firm verdicts, any night of a planned look.
    """
    provisional: list[bool] = []
    studies: list[bool] = []
    firm: dict[str, list[bool]] = {WHOLE: [], PLANNED: []}
    rng = np.random.default_rng(SEED)
    plans: Mapping[str, Study] = {WHOLE: _study(()), PLANNED: _study(tuple(range(1, NIGHTS)))}
    for _ in range(sets):
        values = rng.standard_normal((2**3, NIGHTS))
        for plan, study in plans.items():
            of_nights = [_judged(study, values[:, :night]) for night in range(1, NIGHTS + 1)]
            ever = _ever([verdicts for verdicts, _ in of_nights])
            firm[plan] += _ever([verdicts for verdicts, is_firm in of_nights if is_firm]).values()
            if plan == WHOLE:
                provisional += ever.values()
                studies.append(any(ever.values()))
    yield "any inactive effect called active on some night, provisionally", *_share(studies), BEFORE, False
    yield "an inactive effect called active on some night, provisionally", *_share(provisional), None, False
    for plan, called in firm.items():
        yield f"an inactive effect called active at a firm look, {plan}", *_share(called), None, True


def _study(looks: tuple[int, ...]) -> Study:
    return Study.model_validate(
        {
            "name": "simulated",
            "folders": "{run}_{replicate}",
            "factors": dict.fromkeys("ABC", ("-", "+")),
            "responses": {RESPONSE: {"metric": RESPONSE}},
            "replicates": NIGHTS,
            "looks": looks,
        }
    )


def _judged(study: Study, values: NDArray[np.float64]) -> tuple[dict[str, bool], bool]:
    """The verdicts of a night and whether they are firm; values (runs, folders of each)."""
    rows = in_order(study, textbook_observations(study, {RESPONSE: values.tolist()}))
    ((_, sample, _),) = samples(study, Design.of(study), rows)
    assert sample is not None
    deciding = judge(sample).decisive
    verdicts = {verdict.term: verdict.is_active for verdict in deciding.verdicts} if deciding else {}
    return verdicts, sample.is_firm


def _ever(nights: Verdicts) -> dict[str, bool]:
    return {term: any(night.get(term, False) for night in nights) for term in nights[-1]}


def _share(called: list[bool]) -> tuple[float, int]:
    return 100 * float(np.mean(called)), len(called)
