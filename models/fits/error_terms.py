"""Each effect judged under every error term there is: containers as replicates, and folders as the unit."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from scipy import stats

from models.design.alias_sets import Aliases, joined_aliases
from models.design.coding import Vector
from models.fits.anova import NAN, Fit, fit
from models.fits.effects import holm, key
from models.fits.samples import Sample, grouped_means
from models.results import Row

Unit = Literal["container", "folder"]

FEWEST_CONTRASTS = 7  # Lenth's method takes its error from the smaller half of them
CONFIDENCE = 0.95


class Verdict(NamedTuple):
    """One effect under one error term; `effect` is NaN for a term of factors with more than two levels."""

    term: str
    effect: float
    statistic: float
    p_value: float
    p_holm: float = NAN
    is_active: bool = False


@dataclass(frozen=True)
class ErrorTerm:
    """An error term with its verdicts. `error` is the standard error of an effect, or Lenth's pseudo one."""

    unit: Unit
    method: str
    df: float
    errors: dict[str, float]
    margins: dict[str, float]
    simultaneous_margin: float
    verdicts: tuple[Verdict, ...]

    @property
    def active(self) -> list[str]:
        """Active terms, largest effect first."""
        return [verdict.term for verdict in self.verdicts if verdict.is_active]

    def __getitem__(self, term: str) -> Verdict:
        return next(verdict for verdict in self.verdicts if verdict.term == term)


@dataclass(frozen=True)
class Judgement:
    """The error terms there are, and why there is none at the level of folders."""

    error_terms: tuple[ErrorTerm, ...]
    without_folders: str | None
    declared: Unit | None

    def under(self, unit: Unit) -> ErrorTerm | None:
        return next((one for one in self.error_terms if one.unit == unit), None)

    @property
    def decisive(self) -> ErrorTerm | None:
        """The error term that the study declared, or the only one there is: of containers folders speak too."""
        only = self.error_terms[0] if len(self.error_terms) == 1 else None
        if self.declared is None:
            return only
        return self.under(self.declared) or (only if self.declared == "container" else None)

    @property
    def cautious(self) -> ErrorTerm | None:
        """The one to draw conclusions from: the decisive one, else folders, else containers."""
        return self.decisive or self.under("folder") or self.under("container")


class Lenth(NamedTuple):
    pse: float
    df: float
    margin: float
    simultaneous_margin: float


def lenth(effects: Vector) -> Lenth:
    """Pseudo standard error, its df, ME and SME of m unreplicated effects (Lenth, Technometrics 31, 1989)."""
    sizes = np.abs(effects)
    first = 1.5 * float(np.median(sizes))
    pse = 1.5 * float(np.median(sizes[sizes < 2.5 * first])) if first > 0 else 0.0
    m = len(effects)
    simultaneous = (1 + CONFIDENCE ** (1 / m)) / 2
    margin, widest = stats.t.ppf([(1 + CONFIDENCE) / 2, simultaneous], m / 3) * pse
    return Lenth(pse, m / 3, float(margin), float(widest))


def contrasts(sample: Sample) -> dict[str, float]:
    """The effect (mean at + minus mean at -) of one term of each alias set, from the means of the runs.

    There are one fewer than runs: the model's terms, then the shortest others. The folders of a run weigh the
    same, whatever the number of their containers. Every run of the two-level design must have been observed.
    """
    means, places, _ = sample.folders
    run_means = grouped_means(means, places)[: len(sample.design.places)]
    confounding = sample.design.confounding
    masks = [*map(confounding.mask, sample.study.terms), *confounding.effects(len(sample.design.factors))]
    seen = {0}
    found: dict[str, float] = {}
    for mask in masks:
        column = confounding.project(mask).mask
        if column not in seen:
            seen.add(column)
            term = confounding.term(mask)
            # exact on whatever offset: the signs of a contrast sum to zero
            found[term] = float(sample.design.column(term) @ (run_means - run_means[0])) * 2 / len(run_means)
        if len(found) == len(run_means) - 1:
            break
    return found


def judge(sample: Sample) -> Judgement:
    """Judge every effect under the residual of the study's model and with folders as the unit.

    container: the residual of the model fitted to the containers, as if each had been an execution of its own.
    It is the pure within-folder error if the model goes through the mean of every folder; otherwise a pool of
    that, of what the folders of a run differ by and of what the model leaves out. Where each folder holds one
    container it is left out if it is the very test of the folders.

    folder: with several folders a run, the residual of the same model fitted to the means of the folders. For
    balanced data that is the test of a mixed model with random folders; where folders hold different numbers of
    containers it is the unweighted-means analysis, which needs no iteration and keeps exact degrees of freedom.
    With one folder a run, or so few more that they give fewer degrees of freedom than Lenth's m/3, it is Lenth's
    method on the means of the runs; where that is impossible, the terms that the model leaves out are the error.
    """
    means, places, sizes = sample.folders
    by_means = fit(means, sample.coding.blocks, places)
    between = len(means) - len(np.unique(sample.treatments))
    no_lenth = _why_no_lenth(sample)
    reason = no_lenth
    folder: ErrorTerm | None = None
    if between >= (1 if no_lenth else (len(sample.design.places) - 1) / 3):
        if by_means.df_error:
            folder = _by_residual(sample, by_means, "folder", "between-folder error")
        reason = "the folders of a run agree to the last digit, so that there is no error to judge by"
    elif no_lenth is None:
        folder = _by_lenth(sample)
    elif by_means.df_error:
        folder = _by_residual(sample, by_means, "folder", "left-out terms")
    is_same_test = folder is not None and folder.method != "Lenth" and sizes.max() == 1
    found = [] if folder is None else [folder]
    if sample.fit.df_error and not is_same_test:
        is_pure = sample.fit.df_error == len(sample.y) - len(means)
        method = "within-folder error" if is_pure else "pooled error"
        if sizes.max() == 1:
            method = "model residual"
        found.insert(0, _by_residual(sample, sample.fit, "container", method))
    return Judgement(tuple(found), None if folder else reason, sample.study.unit)


def _why_no_lenth(sample: Sample) -> str | None:
    runs = len(sample.design.places)
    if not sample.design.is_two_level:
        return "Lenth's method is for two-level factors"
    if missing := [run for run in sample.missing_runs if run <= runs]:
        verb = "is" if len(missing) == 1 else "are"
        return f"{len(missing)} of {runs} runs {verb} missing, and Lenth's method needs the contrasts of all"
    if runs - 1 < FEWEST_CONTRASTS:
        return (
            f"{runs} runs give {runs - 1} contrasts, and Lenth's method needs {FEWEST_CONTRASTS} or more to find "
            "an error among them"
        )
    if lenth(np.array(list(contrasts(sample).values()))).pse <= 1e-12 * np.abs(sample.y).max():
        return "most contrasts are exactly zero, so that Lenth's method finds no error"
    return None


def _by_lenth(sample: Sample) -> ErrorTerm:
    effects = contrasts(sample)
    found = lenth(np.array(list(effects.values())))
    statistics = {term: effect / found.pse for term, effect in effects.items()}
    p_values = {term: float(2 * stats.t.sf(abs(t), found.df)) for term, t in statistics.items()}
    adjusted = dict(zip(effects, holm(list(p_values.values())), strict=True))
    verdicts = [
        Verdict(term, effect, statistics[term], p_values[term], adjusted[term], abs(effect) > found.margin)
        for term, effect in effects.items()
    ]
    return ErrorTerm(
        unit="folder",
        method="Lenth",
        df=found.df,
        errors=dict.fromkeys(effects, found.pse),
        margins=dict.fromkeys(effects, found.margin),
        simultaneous_margin=found.simultaneous_margin,
        verdicts=_largest_first(verdicts),
    )


def _by_residual(sample: Sample, model: Fit, unit: Unit, method: str) -> ErrorTerm:
    """t tests of two-level effects, F tests of other terms."""
    verdicts: list[Verdict] = []
    errors: dict[str, float] = {}
    margins: dict[str, float] = {}
    for term in sample.coding.terms:
        test, effect = model.tests[term], model.effect(term)
        if effect:
            verdicts.append(Verdict(term, effect.value, effect.t_value, effect.p_value))
            errors[term], margins[term] = effect.std_err, effect.ci_high - effect.value
        else:
            verdicts.append(Verdict(term, NAN, test.f_value, test.p_value))
    adjusted = holm([verdict.p_value for verdict in verdicts])
    verdicts = [
        verdict._replace(p_holm=p_holm, is_active=verdict.p_value < 1 - CONFIDENCE)
        for verdict, p_holm in zip(verdicts, adjusted, strict=True)
    ]
    return ErrorTerm(unit, method, float(model.df_error), errors, margins, NAN, _largest_first(verdicts))


def _largest_first(verdicts: list[Verdict]) -> tuple[Verdict, ...]:
    return tuple(sorted(verdicts, key=lambda verdict: (verdict.p_value, -abs(verdict.statistic))))


def test_rows(sample: Sample, judgement: Judgement, aliases: Aliases) -> Iterator[Row]:
    """Rows of `effect_tests`: each error term's verdicts, largest first."""
    for one in judgement.error_terms:
        for verdict in one.verdicts:
            yield {
                **key(sample),
                **verdict._asdict(),
                "aliases": joined_aliases(aliases.get(verdict.term, ())),
                "error_unit": one.unit,
                "method": one.method,
                "error": one.errors.get(verdict.term),
                "df": one.df,
                "margin": one.margins.get(verdict.term),
                "simultaneous_margin": one.simultaneous_margin,
                "is_decisive": one is judgement.decisive,
            }
