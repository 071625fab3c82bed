"""Each effect judged under every error term there is: folders as executions, and containers as replicates."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np
from scipy import stats

from models.design.alias_sets import Aliases, joined_aliases
from models.design.lenth import Lenth, lenth, reference, sparsity_p
from models.fits.anova import NAN, Estimate, Fit
from models.fits.effects import holm, key
from models.fits.posterior import posteriors
from models.fits.samples import Sample, Unit, grouped_means
from models.fits.strata import strata, strata_of
from models.results import Row
from models.wording import count

LEAST = 1e-4  # a level that simulated references tell no more
FEWEST_CONTRASTS = 7  # Lenth's method takes its error from the smaller half of them


class Verdict(NamedTuple):
    """One effect under one error term; `effect` is NaN for a term of several degrees of freedom.

    is_active: beyond what one inert effect reaches; is_active_at_once: beyond what the largest of all would.
    """

    term: str
    effect: float
    statistic: float
    p_value: float
    p_holm: float = NAN
    is_active: bool = False
    is_active_at_once: bool = False
    conventional_p_value: float = NAN
    posterior: float = NAN  # of Lenth's effects, that it is active (Box and Meyer)
    df: float = NAN  # of its own error, where that is not the same for all
    stratum: str = ""


@dataclass(frozen=True)
class ErrorTerm:
    """An error term with its verdicts. `errors` are standard errors of effects, or Lenth's pseudo one.

    df_repeats, df_left_out: of the degrees of freedom, those by which executions of the same run differ, and those
    of terms that the model leaves out. sparsity_p: of Lenth's method, see `lenth.sparsity_p`.
    """

    unit: Unit
    method: str
    df: float
    errors: dict[str, float]
    margins: dict[str, float]
    verdicts: tuple[Verdict, ...]
    df_repeats: int = 0
    df_left_out: int = 0
    lenth: Lenth | None = None
    sparsity_p: float = NAN
    left_out: tuple[str, ...] = ()  # terms of the study's model that the executions do not bear
    conditional: frozenset[str] = frozenset()  # judged as if what is lost of other terms were nil
    quantile: float = NAN  # of t, by which margins are standard errors
    model: Fit | None = None  # whose residual it is; None of Lenth's method
    model_of: Mapping[str, Fit] = field(default_factory=dict)  # of each term, where they differ
    has_strata: bool = False

    @property
    def active(self) -> list[str]:
        """Active terms, largest effect first."""
        return [verdict.term for verdict in self.verdicts if verdict.is_active]

    def scatter(self, units: int) -> tuple[float, float]:
        """The standard deviation of one of so many units, and how many standard errors make an interval."""
        if self.lenth:
            # an effect is the difference of the means of two halves of the folders
            return self.lenth.pse * units**0.5 / 2, self.lenth.margin / self.lenth.pse
        if self.model is None or self.has_strata:
            return NAN, NAN
        return self.model.mean_sq_error**0.5, self.quantile

    def __getitem__(self, term: str) -> Verdict:
        return next(verdict for verdict in self.verdicts if verdict.term == term)


@dataclass(frozen=True)
class Judgement:
    """The error terms there are, and why there is none at the level of folders."""

    error_terms: tuple[ErrorTerm, ...]
    without_folders: str | None
    declared: Unit | None
    is_complete: bool

    def without_reduced_models(self) -> "Judgement":
        """Less the error terms of models that went without interactions of the study's."""
        kept = tuple(one for one in self.error_terms if not one.left_out)
        if len(kept) == len(self.error_terms):
            return self
        reason = (
            "runs are missing, the others bear an error beside main effects only, and those do not add up on this "
            "scale"
        )
        return replace(self, error_terms=kept, without_folders=reason)

    def under(self, unit: Unit) -> ErrorTerm | None:
        return next((one for one in self.error_terms if one.unit == unit), None)

    @property
    def decisive(self) -> ErrorTerm | None:
        """The error term of the unit that the study declared; else of folders, which are the executions.

        Where a complete design gives folders no verdict, that of containers is the only one there can be. Runs
        that are missing never make it the one that decides: containers would call active what folders do not.
        """
        if self.declared:
            found = self.under(self.declared)
            # of containers those speak that are alone in their folders
            return found or (self.under("folder") if self.declared == "container" else None)
        return self.under("folder") or (self.under("container") if self.is_complete else None)


def contrasts(sample: Sample) -> dict[str, float]:
    """The effect (mean at + minus mean at -) of one term of each alias set, from the means of the runs.

    There are one fewer than runs: the model's terms, then the shortest others. The folders of a run weigh the
    same, whatever the number of their containers. Every run of the two-level design must have been observed.
    Those that blocks are confounded with are left out.
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
            if sample.study.block and _share_of_blocks(sample, term) > 0:
                continue
            # exact on whatever offset: the signs of a contrast sum to zero
            value = float(sample.design.column(term) @ (run_means - run_means[0])) * 2 / len(run_means)
            found[term] = sample.carried(value)
        if len(seen) == len(run_means):
            break
    return found


def _share_of_blocks(sample: Sample, term: str) -> float:
    """0 where each block holds both signs of the contrast equally, 1 where the blocks tell it."""
    runs, blocks, _ = sample.cells
    is_factorial = runs < len(sample.design.places)
    column, of = sample.design.column(term)[runs[is_factorial]], blocks[is_factorial]
    sizes = np.bincount(of)
    return float((np.bincount(of, column)[sizes > 0] ** 2 / sizes[sizes > 0]).sum() / len(column))


def judge(sample: Sample) -> Judgement:
    """Judge every effect under the residual of the study's model and with folders as the unit.

    container: the residual of the model fitted to the containers, as if each had been an execution of its own.
    It is the pure within-folder error if the model goes through the mean of every folder; otherwise a pool of
    that, of what the folders of a run differ by and of what the model leaves out. Where each folder holds one
    container it is left out if it is the very test of the folders.

    folder: with several folders a run, the residual of the same model fitted to the means of the folders. For
    balanced data that is the test of a mixed model with random folders; where folders hold different numbers of
    containers their means are weighted (see `folder_weights`).
    With one folder a run, or so few more that they give fewer degrees of freedom than Lenth's m/3, it is Lenth's
    method on the means of the runs; where that is impossible, the terms that the model leaves out are the error.
    Where runs are missing and none of this is left, interactions leave the model until it is.
    """
    if sample.counted:
        return _judge_counts(sample)
    sizes = sample.folders[2]
    no_lenth = why_no_lenth(sample)
    folder, reason = _by_folders(sample, no_lenth)
    is_same_test = folder is not None and folder.method != "Lenth" and sizes.max() == 1
    if folder is not None and not folder.verdicts:
        folder, reason = None, "the runs that are there tell no effect from the others"
    found = [] if folder is None else [folder]
    if sample.fit.df_error and not is_same_test:
        found.insert(0, _by_containers(sample))
    is_complete = not any(run <= len(sample.design.places) for run in sample.missing_runs)
    is_complete &= sample.alpha >= LEAST  # at an early look containers do not speak for folders either
    found = [one for one in found if one.verdicts]
    return Judgement(tuple(found), None if folder else reason, sample.study.unit, is_complete)


def _judge_counts(sample: Sample) -> Judgement:
    """Differences in deviance against Pearson's dispersion of the executions; Lenth's method where none repeats."""
    model, between, reason = sample.fit, sample.df_repeats, why_no_lenth(sample)
    found: ErrorTerm | None = None
    enough = between >= (1 if reason else (len(sample.design.places) - 1) / 3)
    if model.df_error and (enough or reason):
        found = _judged(sample, model, sample.unit, f"{sample.distribution} deviance", between)
    elif reason is None and sample.alpha < LEAST:
        reason = _too_early(sample)
    elif reason is None and sample.unit == "folder" and not enough:
        found = _by_lenth(sample, contrasts(sample))
    reason = (
        reason or "executions of the same run agree to the last digit, so that there is no error to judge by"
    )
    is_complete = not any(run <= len(sample.design.places) for run in sample.missing_runs)
    terms = (found,) if found and found.verdicts else ()
    return Judgement(terms, None if terms else reason, sample.study.unit, is_complete)


def _by_folders(sample: Sample, no_lenth: str | None) -> tuple[ErrorTerm | None, str | None]:
    """The error term of folders, or why there is none."""
    by_means = sample.fit_of_folders()
    between = sample.by_folder.df_repeats
    if sample.study.whole_plot:
        return _by_strata(sample, between)
    if between >= (1 if no_lenth else (len(sample.design.places) - 1) / 3):
        if by_means.df_error:
            return _by_residual(sample, by_means, between), None
        return (
            None,
            f"the {sample.study.execution_word}s of a run agree to the last digit, so that there is no error to judge by",
        )
    if no_lenth is None and sample.alpha < LEAST:
        return None, _too_early(sample)
    if no_lenth is None:
        return _by_lenth(sample, contrasts(sample)), None
    if by_means.df_error:
        return _by_residual(sample, by_means, between), None
    mains = [term for term in sample.coding.terms if ":" not in term]
    if sample.missing_runs and mains and len(mains) < len(sample.coding.terms):
        reduced = sample.fit_of_folders(mains)
        if reduced.df_error:
            left_out = tuple(term for term in sample.study.terms if ":" in term)
            return _by_residual(sample, reduced, between, left_out), None
    return None, no_lenth


def _too_early(sample: Sample) -> str:
    return f"this early look is held to a level of {sample.alpha:.1g}, which Lenth's method does not tell"


def _by_strata(sample: Sample, between: int) -> tuple[ErrorTerm | None, str | None]:
    """Each term by the error of its stratum (see `strata`), adjusted for all of them together.

    Where no run of a two-level design was repeated, by Lenth's method inside each stratum that has enough contrasts.
    """
    found = {
        name: (_judged(sample, model, "folder", name, 0, terms=terms), model)
        for terms, model, name in strata(sample)
    }
    parts = {name: part for name, (part, _) in found.items()}
    if between == 0 and why_no_lenth(sample) is None:
        effects = contrasts(sample)
        for name, terms in strata_of(sample, list(effects)).items():
            if len(terms) >= FEWEST_CONTRASTS:
                parts[name] = _by_lenth(sample, {term: effects[term] for term in terms})
    if not parts:
        word = sample.study.execution_word
        return None, f"neither whole plots nor the {word}s inside them leave a degree of freedom for an error"
    verdicts = [
        verdict._replace(df=one.df, stratum=f"{name} (Lenth)" if one.lenth else name)
        for name, one in parts.items()
        for verdict in one.verdicts
    ]
    adjusted = holm([verdict.p_value for verdict in verdicts])
    verdicts = [
        verdict._replace(p_holm=p_holm, is_active_at_once=p_holm < sample.alpha)
        for verdict, p_holm in zip(verdicts, adjusted, strict=True)
    ]
    first = next(iter(parts.values()))
    return (
        ErrorTerm(
            "folder",
            "error of strata",
            first.df,
            {term: error for one in parts.values() for term, error in one.errors.items()},
            {term: margin for one in parts.values() for term, margin in one.margins.items()},
            _largest_first(verdicts),
            df_repeats=between,
            conditional=frozenset().union(*(one.conditional for one in parts.values())),
            model=first.model,
            model_of={
                verdict.term: model
                for name, (part, model) in found.items()
                if parts[name] is part
                for verdict in part.verdicts
            },
            has_strata=True,
        ),
        None,
    )


def why_no_lenth(sample: Sample) -> str | None:
    runs = len(sample.design.places)
    if not sample.design.is_two_level:
        return "Lenth's method is for two-level factors"
    if sample.design.beyond:
        word = sample.study.execution_word
        return f"{word}s ran with levels of no run of the design, and Lenth's method needs the contrasts of its runs alone"
    if missing := [run for run in sample.missing_runs if run <= runs]:
        verb = "is" if len(missing) == 1 else "are"
        return f"{len(missing)} of {runs} runs {verb} missing, and Lenth's method needs the contrasts of all"
    if runs - 1 < FEWEST_CONTRASTS:
        return (
            f"{runs} runs give {count(runs - 1, 'contrast')}, and Lenth's method needs {FEWEST_CONTRASTS} or more to find "
            "an error among them"
        )
    if reason := _why_no_contrasts(sample):
        return reason
    if lenth(np.array(list(contrasts(sample).values()))).pse <= sample.resolution:
        return "most contrasts are exactly zero, so that Lenth's method finds no error"
    return None


def _why_no_contrasts(sample: Sample) -> str | None:
    """Blocks must leave enough contrasts as they are."""
    if not sample.study.block:
        return None
    if len(sample.cells[0]) > len(set(sample.cells[0].tolist())):
        return "runs stand in several blocks, and Lenth's method needs each in one"
    shares = [_share_of_blocks(sample, term) for term in sample.design.columns]
    if any(1e-9 < share < 1 - 1e-9 for share in shares):
        return "blocks go with parts of contrasts, and Lenth's method needs whole ones"
    left = sum(share < 0.5 for share in shares)
    if left < FEWEST_CONTRASTS:
        return f"blocks leave {count(left, 'contrast')}, and Lenth's method needs {FEWEST_CONTRASTS} or more"
    return None


def _by_lenth(sample: Sample, effects: Mapping[str, float]) -> ErrorTerm:
    values = np.array(list(effects.values()))
    found, null = lenth(values, 1 - sample.alpha), reference(len(values))
    statistics = {term: effect / found.pse for term, effect in effects.items()}
    p_values = [null.p_value(statistic) for statistic in statistics.values()]
    verdicts = [
        Verdict(
            term,
            effect,
            statistics[term],
            p_value,
            p_holm,
            abs(effect) > found.margin,
            abs(effect) > found.simultaneous_margin,
            found.conventional_p_value(effect),
            float(posterior),
        )
        for (term, effect), p_value, p_holm, posterior in zip(
            effects.items(), p_values, holm(p_values), posteriors(values), strict=True
        )
    ]
    return ErrorTerm(
        unit="folder",
        method="Lenth",
        df=found.df,
        errors=dict.fromkeys(effects, found.pse),
        margins=dict.fromkeys(effects, found.margin),
        verdicts=_largest_first(verdicts),
        df_left_out=0,
        lenth=found,
        sparsity_p=sparsity_p(values),
    )


def _by_containers(sample: Sample) -> ErrorTerm:
    means, _, sizes = sample.folders
    model = sample.fit
    within = len(sample.y) - len(means)
    method = "within-folder error" if model.df_error == within else "pooled error"
    if sizes.max() == 1:
        method = "model residual"
    return _judged(sample, model, "container", method, sample.df_repeats)


def _by_residual(sample: Sample, model: Fit, between: int, left_out: Sequence[str] = ()) -> ErrorTerm:
    """By the residual of a model of the folders' means, named by what it is made of."""
    parts = [
        name
        for name, df in (("between-folder error", between), ("left-out terms", model.df_error - between))
        if df
    ]
    return _judged(sample, model, "folder", " and ".join(parts), between, left_out)


def _judged(
    sample: Sample,
    model: Fit,
    unit: Unit,
    method: str,
    repeats: int,
    left_out: Sequence[str] = (),
    terms: Sequence[str] | None = None,
) -> ErrorTerm:
    """t tests of two-level effects, F tests of other terms."""
    verdicts: list[Verdict] = []
    errors: dict[str, float] = {}
    margins: dict[str, float] = {}
    quantile = float(stats.t.isf(sample.alpha / 2, model.df_error)) if model.df_error else NAN
    for term in sample.coding.terms if terms is None else terms:
        if term not in model.tests:
            continue
        test, effect = model.tests[term], model.effect(term)
        if effect and sample.counted and test.f_value > 1e-9:
            # the standard error by which t is the root of the F test of the deviance, so that both say the same
            t_value = float(np.copysign(np.sqrt(test.f_value), effect.value))
            effect = Estimate(effect.value, effect.value / t_value, t_value, test.p_value)
        if effect:
            verdicts.append(Verdict(term, sample.carried(effect.value), effect.t_value, effect.p_value))
            errors[term], margins[term] = effect.std_err, quantile * effect.std_err
        else:
            verdicts.append(Verdict(term, NAN, test.f_value, test.p_value))
    adjusted = holm([verdict.p_value for verdict in verdicts])
    verdicts = [
        verdict._replace(
            p_holm=p_holm,
            is_active=verdict.p_value < sample.alpha,
            is_active_at_once=p_holm < sample.alpha,
        )
        for verdict, p_holm in zip(verdicts, adjusted, strict=True)
    ]
    return ErrorTerm(
        unit,
        method,
        float(model.df_error),
        errors,
        margins,
        _largest_first(verdicts),
        df_repeats=repeats,
        df_left_out=model.df_error - repeats,
        left_out=tuple(left_out),
        conditional=model.conditional,
        quantile=quantile,
        model=model,
    )


def _largest_first(verdicts: list[Verdict]) -> tuple[Verdict, ...]:
    return tuple(sorted(verdicts, key=lambda verdict: (verdict.p_value, -abs(verdict.statistic))))


def test_rows(
    sample: Sample, judgement: Judgement, aliases: Aliases, permuted: Mapping[str, float]
) -> Iterator[Row]:
    """Rows of `effect_tests`: each error term's verdicts, largest first; `permuted` are p-values of the decisive one."""
    for one in judgement.error_terms:
        usual = one.lenth
        for verdict in one.verdicts:
            yield {
                **key(sample),
                **verdict._asdict(),
                "aliases": joined_aliases(aliases.get(verdict.term, ())),
                "error_unit": one.unit,
                "method": verdict.stratum or one.method,
                "error": one.errors.get(verdict.term),
                "df": verdict.df if np.isfinite(verdict.df) else one.df,
                "margin": one.margins.get(verdict.term),
                "simultaneous_margin": usual.simultaneous_margin if usual else None,
                "conventional_margin": usual.conventional_margin if usual else None,
                "conventional_simultaneous_margin": usual.conventional_simultaneous_margin if usual else None,
                "permutation_p_value": permuted.get(verdict.term) if one is judgement.decisive else None,
                "is_decisive": one is judgement.decisive,
            }
