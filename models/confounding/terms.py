"""The terms of a model: read, refused where the design cannot tell them apart, or chosen by default."""

from collections.abc import Iterable

from models.confounding.confounding import Confounding


def read_terms(confounding: Confounding, texts: Iterable[str]) -> tuple[str, ...]:
    """Terms of a model with their factors in the order of the study.

    Raises ValueError with one sentence a line for unknown factors, repeated terms and terms that are aliased
    with the mean or with each other.
    """
    problems: list[str] = []
    relation = confounding.relation()
    seen: dict[int, int] = {}
    masks: list[int] = []
    for text in texts:
        try:
            mask = confounding.mask(text)
        except ValueError as error:
            problems.append(str(error))
            continue
        column = confounding.project(mask).mask
        if mask in masks:
            problems.append(f"found the term {confounding.term(mask)} twice. Remove one of them.")
        elif column == 0:
            problems.append(
                f"found the term {confounding.term(mask)}, which is aliased with the mean under {relation}: "
                "its effect cannot be estimated. Remove it."
            )
        elif column in seen:
            problems.append(
                f"found the terms {confounding.term(seen[column])} and {confounding.term(mask)}, which are "
                f"aliased under {relation}: their effects cannot be separated. Keep one of the two."
            )
        seen.setdefault(column, mask)
        masks.append(mask)
    if problems:
        raise ValueError("\n".join(problems))
    return tuple(confounding.term(mask) for mask in masks)


def default_terms(confounding: Confounding) -> tuple[str, ...]:
    """Main effects and one two-factor interaction of each alias set, of base factors if there is a choice."""
    base = sum(1 << i for i in confounding.base)
    seen: set[int] = set()
    chosen: list[int] = []
    for mask in sorted(
        confounding.effects(2), key=lambda mask: (mask.bit_count(), (mask & ~base).bit_count())
    ):
        column = confounding.project(mask).mask
        if column not in seen:
            chosen.append(mask)
        seen.add(column)
    in_order = {mask: place for place, mask in enumerate(confounding.effects(2))}
    return tuple(confounding.term(mask) for mask in sorted(chosen, key=in_order.__getitem__))
