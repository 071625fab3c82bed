"""What each error term of a response is made of, and where their verdicts differ, in sentences."""

from collections.abc import Iterator

from models.checks.response_analysis import ResponseAnalysis
from models.fits.error_terms import ErrorTerm
from models.fits.samples import Sample
from models.wording import count, joined, number, p_text, with_alias
from models.words.outcomes import Statement, named, unit_phrase
from models.words.sizes import unit_of


def error_terms(analysis: ResponseAnalysis) -> Iterator[Statement]:
    """Where the verdicts differ, and what each error term is made of."""
    judgement, sample = analysis.judgement, analysis.decisive
    container, folder = judgement.under("container"), judgement.under("folder")
    topic, word = "error_terms", sample.study.execution_word
    if container and folder:
        common = {verdict.term for verdict in container.verdicts} & {
            verdict.term for verdict in folder.verdicts
        }
        only_container = [term for term in container.active if term in common and term not in folder.active]
        only_folder = [term for term in folder.active if term in common and term not in container.active]
        sides = ((container, only_container), (folder, only_folder))
        parts = [
            f"{joined(named(analysis, terms))} {'is' if len(terms) == 1 else 'are'} active only "
            + unit_phrase(analysis, one)
            for one, terms in sides
            if terms
        ]
        if parts:
            yield topic, "doubt", f"The verdicts differ: {'; '.join(parts)}."
        else:
            yield topic, "note", "Both error terms give the same verdicts."
    if container:
        yield topic, "note", _about_containers(sample, container)
    if folder:
        yield topic, "note", _about_folders(analysis, folder)
    elif container and judgement.without_folders:
        yield topic, "doubt", f"There is no verdict with {word}s as the unit: {judgement.without_folders}."
    yield from _by_permutation(analysis)
    if container and folder:
        declared = sample.study.unit
        yield (
            topic,
            "note",
            f'The study lets {declared}s decide (unit = "{declared}").'
            if declared
            else f"{word.capitalize()}s decide, since containers of a {word} share its execution; "
            'unit = "container" would let containers decide.',
        )


def _by_permutation(analysis: ResponseAnalysis) -> Iterator[Statement]:
    """Whether p-values that take no normal errors for granted come to other verdicts."""
    deciding, permuted = analysis.judgement.decisive, analysis.permuted
    alpha = analysis.decisive.alpha
    if deciding is None or not permuted:
        return
    parts = [
        f"{named(analysis, [verdict.term])[0]} ({p_text(permuted[verdict.term])} instead of {p_text(verdict.p_value)})"
        for verdict in deciding.verdicts
        if verdict.term in permuted and verdict.is_active != (permuted[verdict.term] < alpha)
    ]
    word = {"folder": analysis.decisive.study.execution_word}.get(deciding.unit, deciding.unit)
    what = "values" if deciding.lenth else f"{word}s"
    some = [verdict.term for verdict in deciding.verdicts if verdict.term in permuted]
    on = f" on {joined(named(analysis, some), 5)}" if len(some) < len(deciding.verdicts) else ""
    if not parts:
        yield (
            "error_terms",
            "note",
            f"Permutation of the {what} gives the same verdicts{on}, without normal errors.",
        )
    else:
        yield (
            "error_terms",
            "doubt",
            f"Permutation of the {what} would decide otherwise on {joined(parts, 5)}.",
        )


def _about_containers(sample: Sample, container: ErrorTerm) -> str:
    folders, word = len(sample.folders[0]), sample.study.execution_word
    df = f"{count(round(container.df), 'residual degree')} of freedom"
    if container.method == "within-folder error":
        return (
            f"The {df} {_verb(container.df, 'compare')} containers inside the same {word}: those are repeats of one "
            "execution, and what differs from one execution to the next is not in their error."
        )
    if container.method == "pooled error":
        left = container.df_left_out
        left_out = (
            f"; {left} of them {'is that' if left == 1 else 'are those'} of terms that the model leaves out"
            if left
            else ""
        )
        return (
            f"The {df} {_verb(container.df, 'count')} each of {len(sample.y)} containers as an execution of its own, "
            f"though they ran in {count(folders, word)}{left_out}."
        )
    return (
        f"The {df} {_verb(container.df, 'hold')} what the model leaves out and what repeated runs differ by."
    )


def _verb(number_of: float, plural: str) -> str:
    return plural if number_of != 1 else f"{plural}s"


def _about_folders(analysis: ResponseAnalysis, folder: ErrorTerm) -> str:
    sample = analysis.decisive
    word = sample.study.execution_word
    error = max(folder.errors.values(), default=float("nan"))
    unit = "" if sample.scale == "log10" else unit_of(sample)
    if folder.lenth:
        found = folder.lenth
        return (
            f"{word.capitalize()}s of the same run are too few to compare, so Lenth's method takes the error from the "
            f"{len(folder.verdicts)} effects themselves, as if most of them were zero: pseudo standard error "
            f"{number(error)}{unit}, margin ±{number(found.margin)}{unit}, and "
            f"±{number(found.simultaneous_margin)}{unit} for all at once, from the method's own reference "
            f"(simulated); the t distribution that books use would give ±{number(found.conventional_margin)}{unit} and "
            f"±{number(found.conventional_simultaneous_margin)}{unit}"
            + (" (in log10)" if sample.scale == "log10" else "")
            + f"{_about_blocks(sample)}."
        )
    if folder.method == "error of strata":
        return _about_strata(folder)
    blocks = _about_blocks(sample)
    df = f"{count(round(folder.df), 'degree')} of freedom"
    repeats, left = folder.df_repeats, folder.df_left_out
    if not repeats:
        text = (
            f"{word.capitalize()}s of the same run are too few to compare, so the {df} of the terms that the model leaves "
            f"out {_verb(folder.df, 'serve')} as error: the verdicts hold if those terms are zero"
        )
        if folder.left_out:
            left_out = joined([with_alias(t, sample.design.aliases(t)) for t in folder.left_out], 6)
            text += (
                f". The runs that are there do not bear {left_out} beside an error, so the model goes without"
            )
            return f"{text}."
        return f"{text}{blocks}."
    text = f"With {word}s as the unit the error has {df}"
    text += (
        f": {repeats} from the means of {word}s of the same run" if left else f", from the means of {word}s"
    )
    text += (
        f", {left} from terms that the model leaves out (as if those were zero)"
        if left
        else " of the same run"
    )
    sizes = sorted(set(sample.folders[2].tolist()))
    if len(sizes) > 1:
        text += (
            f"; {word}s hold {sizes[0]} to {sizes[-1]} containers, and their means weigh by what {word}s and containers "
            "vary (restricted maximum likelihood), which is approximate"
        )
    return f"{text}{blocks}."


def _about_blocks(sample: Sample) -> str:
    if sample.rows["block"].n_unique() == 1:
        return ""
    return f"; what blocks (by {joined(list(sample.study.block))}) differ by is taken out first"


def _about_strata(folder: ErrorTerm) -> str:
    """'Each term is judged by the error of its stratum: V by whole plots (10 df), ...'"""
    strata: dict[tuple[str, float], list[str]] = {}
    for verdict in folder.verdicts:
        strata.setdefault((verdict.stratum, verdict.df), []).append(verdict.term)
    parts = [
        f"{joined(terms, 6)} by {stratum}"
        + ("" if "Lenth" in stratum else f" ({count(round(df), 'degree')} of freedom)")
        for (stratum, df), terms in strata.items()
    ]
    return f"Each term is judged by the error of its stratum: {'; '.join(parts)}."
