"""Which effects cannot be told apart: in the design as declared and in the runs that are there."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

import numpy as np

from models.confounding.confounding import Word
from models.design.coding import LEAST_PART, Coding, Integers, code, slices
from models.design.design import Design
from models.results import Row
from models.wording import chain

LONGEST = 3  # longer interactions are named only where nothing shorter is aliased
MEAN = "mean"  # the partner of an effect whose column never changes

Aliases = dict[str, tuple[str, ...]]


def aliases_of(design: Design, places: Integers, also: Iterable[str] = ()) -> Aliases:
    """The partners of every effect of up to three factors, and of the terms in `also`, in these runs.

    Two-level effects are aliased when their columns are equal or opposite in the runs at `places` (a minus sign
    stands before an opposite one). Factors with more levels are in full factorials, where nothing is aliased.
    """
    confounding = design.confounding
    masks = list(dict.fromkeys([*confounding.effects(LONGEST), *map(confounding.mask, also)]))
    names = [confounding.term(mask) for mask in masks]
    if not design.is_two_level:
        return dict.fromkeys(names, ())
    signs = design.signs[places[places < len(design.signs)]].astype(np.int8)
    sets: dict[bytes, list[tuple[str, int]]] = {}
    keys: dict[str, tuple[bytes, int]] = {}
    for mask, name in zip(masks, names, strict=True):
        column = signs[:, [i for i in range(len(design.factors)) if mask >> i & 1]].prod(
            axis=1, dtype=np.int8
        )
        first = int(column[0]) if len(column) else 1
        keys[name] = (np.asarray(column * first, dtype=np.int8).tobytes(), first)
        sets.setdefault(keys[name][0], []).append((name, first))
    constant = np.ones(len(signs), dtype=np.int8).tobytes()
    found: Aliases = {}
    for mask, name in zip(masks, names, strict=True):
        key, sign = keys[name]
        partners = [_signed(other, sign * its_sign) for other, its_sign in sets[key] if other != name]
        if key == constant:
            partners = [_signed(MEAN, sign)]
        found[name] = tuple(partners or _shortest(design, mask))
    return found


def aliases_in(design: Design, coding: Coding, also: Iterable[str] = ()) -> Aliases:
    """The same in the runs of a model; a term that missing runs took away is a partner of all it would bias.

    Its sign and, where it is not 1, its weight stand before it, as in the expectation of an estimate (Box and Hunter):
    in `A - 0.5 B:C` half of B:C is taken off A. Such a partner is no other name of A, as `B:C` is in `A = B:C`.
    """
    found = aliases_of(design, coding.present, sorted({*coding.terms, *coding.dropped, *also}))
    for term in coding.terms:
        for dropped, bias in coding.biases[term].items():
            for one, other in ((term, dropped), (dropped, term)):
                if other not in {partner.removeprefix("-") for partner in found[one]}:
                    found[one] = (*found[one], _weighted(other, bias))
    for term, partner, weight in _told_in_part(design, coding):
        found[term] = (*found[term], _weighted(partner, weight))
        found[partner] = (*found.get(partner, ()), _weighted(term, weight))
    return found


def _told_in_part(design: Design, coding: Coding) -> list[tuple[str, str, float]]:
    """What the plan aliases with a term and runs beyond it tell from it: how much of it is left in each, most first."""
    if not design.beyond:
        return []
    plan = replace(design, beyond=())
    partners = dict.fromkeys(
        partner.removeprefix("-")
        for term in coding.terms
        for partner in plan.aliases(term)
        if partner not in design.aliases(term)
    )
    found: list[tuple[str, str, float]] = []
    for partner in partners:
        if partner in coding.blocks or partner in coding.dropped:
            continue
        weights = coding.bias(design.column(partner)[coding.runs, None].astype(np.float64))
        found += [(term, partner, float(weights[slices(coding.blocks)[term]][0, 0])) for term in coding.terms]
    return sorted([one for one in found if abs(one[2]) >= LEAST_PART], key=lambda one: -abs(round(one[2], 9)))


def _weighted(name: str, weight: float) -> str:
    size = "" if abs(abs(weight) - 1) < 1e-9 else f"{abs(weight):.2g} "
    return f"{'+' if weight > 0 else '-'} {size}{name}"


def _signed(name: str, sign: int) -> str:
    return name if sign > 0 else f"-{name}"


def _shortest(design: Design, mask: int) -> list[str]:
    """The aliases of fewest factors of an effect that has none of up to three."""
    confounding = design.confounding
    partners = [(mask ^ word.mask, word.sign) for word in design.words_that_hold]
    fewest = min((partner.bit_count() for partner, _ in partners), default=0)
    return [
        _signed(confounding.term(partner), sign)
        for partner, sign in sorted(partners)
        if partner.bit_count() == fewest
    ]


def joined_aliases(partners: Iterable[str]) -> str | None:
    """As a result table holds them: joined by =, then what is added or taken off; null where there are none."""
    return chain(partners) or None


def alias_rows(study: str, design: Design, executions: Integers) -> Iterator[Row]:
    """Rows of `alias_sets` for the design as declared and for runs that were executed so many times, if there are any."""
    places = np.flatnonzero(executions)
    scopes = {"declared": aliases_of(design, np.arange(design.planned))}
    if len(places):
        coding = replace(code(design, design.terms, places), executions=executions)
        scopes["present"] = aliases_in(design, coding)
    for scope, found in scopes.items():
        for term, partners in found.items():
            mask = design.confounding.mask(term)
            yield {
                "study": study,
                "scope": scope,
                "term": term,
                "letters": design.confounding.letters(Word(mask, 1)),
                "factors": mask.bit_count(),
                "aliases": joined_aliases(partners),
            }
