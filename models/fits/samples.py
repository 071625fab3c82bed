"""The observations of a study in a fixed order, and of one response what a model of it needs."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal, NamedTuple

import numpy as np
import polars as pl

from models.declared.study import Study
from models.design.coding import NO_TERMS, Blocking, Coding, FitError, Integers, Vector, code
from models.design.contrasts import Matrix
from models.design.design import Design
from models.design.looks import levels_of_looks
from models.fits.anova import Fit, fit
from models.fits.counted import Counted, counted, why_not_counted
from models.fits.folder_weights import folder_weights

Scale = Literal["identity", "log10"]
Unit = Literal["container", "folder"]

UNTOLD = "\x1f"  # stands for the block of a folder that tells none
READ = ("response", "run", "folder", "container_id", "started_at", "stopped_at", "value")


class Copies(NamedTuple):
    """Observations that repeat others to the last digit: those left out, and of what each now counts once."""

    left_out: int
    unit: Literal["container", "folder"]


@dataclass(frozen=True)
class Sample:
    """The observations of one response on one scale, sorted by folder and container."""

    study: Study
    design: Design
    response: str
    scale: Scale
    rows: pl.DataFrame
    observed: Vector
    scaled: Vector | None = None  # means of the scaled values, where the rows are folders
    copies: Copies | None = None
    counted: Counted | None = None  # of executions that hold counts: the rows are these

    @cached_property
    def y(self) -> Vector:
        """The observations on the sample's scale."""
        if self.scaled is not None:
            return self.scaled
        return np.log10(self.observed) if self.scale == "log10" else self.observed

    @property
    def unit(self) -> Unit:
        """What counts as an execution: the folder, unless the study declares the container."""
        return self.study.unit or "folder"

    @property
    def executions(self) -> "Sample":
        """The same with a row for each execution: the mean of a folder, unless its containers count themselves."""
        return self if self.unit == "container" else self.by_folder

    @cached_property
    def by_folder(self) -> "Sample":
        """The same with the mean of each folder; itself where each folder holds one container."""
        if self.folders[2].max() == 1:
            return self
        rows = self.rows.group_by("folder", maintain_order=True).agg(
            pl.col("^(run|block|trials)$").first(), pl.col("started_at").min(), pl.col("stopped_at").max()
        )
        rows = rows.with_columns(container_id=pl.lit(None, pl.String)).select(
            [column for column in self.rows.columns if column in ("container_id", *rows.columns)]
        )
        means = self.folders[0]
        observed = 10.0**means if self.scale == "log10" else means
        order = np.argsort(rows["folder"].to_numpy().astype(str), kind="stable")
        return replace(self, rows=rows[order], observed=observed, scaled=means)

    def plain(self, value: float) -> float:
        """A mean of the sample's scale in the unit of the response: of logarithms the power, of odds the share."""
        if self.scale == "identity":
            return value
        power = power_of_ten(value)
        if power == np.inf and self.counted and self.counted.distribution == "binomial":
            return 1.0
        return power / (1 + power) if self.counted and self.counted.distribution == "binomial" else power

    @cached_property
    def resolution(self) -> float:
        """Differences of means below this are rounding: of numbers with 53 bits, or 24 in many event files."""
        largest = float(np.abs(self.observed).max())
        is_single = bool(
            (self.observed == self.observed.astype(np.float32)).all()
            and (self.observed != np.round(self.observed)).any()
        )
        relative = 2.0**-23 if is_single else 2.0**-50
        if self.scale == "log10":
            return relative / float(np.log(10)) + 2.0**-50 * float(np.abs(self.y).max())
        return relative * largest

    def carried(self, value: float) -> float:
        """An effect as far as the data carry it: zero instead of rounding."""
        return 0.0 if abs(value) <= self.resolution else value

    @cached_property
    def places(self) -> Integers:
        """Place in the design, from 0, of each observation's run."""
        return self.rows["run"].to_numpy().astype(np.int64) - 1

    @cached_property
    def treatments(self) -> Integers:
        """Equal numbers for observations under equal levels: all centre points are one treatment."""
        return treatment_numbers(self.study)[self.places]

    @cached_property
    def coding(self) -> Coding:
        found = code(self.design, self.study.terms, np.unique(self.places), self.blocking)
        return replace(found, executions=np.bincount(self.executions.matrix_rows, minlength=len(found.runs)))

    @cached_property
    def cells(self) -> tuple[Integers, Integers, Integers]:
        """Runs and blocks of the cells of a blocked design, and the place among them of each observation's."""
        blocks = np.unique(self.rows["block"].to_numpy().astype(str), return_inverse=True)[1]
        cells, inverse = np.unique(np.stack([self.places, blocks], axis=1), axis=0, return_inverse=True)
        return cells[:, 0], cells[:, 1], inverse.ravel().astype(np.int64)

    @property
    def blocking(self) -> Blocking | None:
        return Blocking(*self.cells[:2]) if self.study.block else None

    @cached_property
    def told_by_blocks(self) -> list[str]:
        """Terms that the runs would bear and blocks determine."""
        if not self.study.block or not self.coding.dropped:
            return []
        without = code(self.design, self.study.terms, np.unique(self.places)).dropped
        return [term for term in self.coding.dropped if term not in without]

    @property
    def matrix_rows(self) -> Integers:
        """The row of the coded matrices that each observation stands in."""
        return self.cells[2] if self.study.block else self.places

    @cached_property
    def whole_plots(self) -> Integers | None:
        """Of a sample of folders, the number of each one's whole plot: within a block, the levels that were kept.

        Without blocks a whole plot lasts as long as these factors stay as they are in the order of execution.
        """
        if not self.study.whole_plot:
            return None
        columns = [self.design.factors.index(name) for name in self.study.whole_plot]
        # centre points stand at a level of their own
        centre = np.full((1, len(self.design.factors)), -1)
        kept = np.vstack([self.design.places, centre])[np.minimum(self.places, len(self.design.places))][
            :, columns
        ]
        if self.study.block:
            spell = self.cells[1][self.cells[2]]
        else:
            ordered = self.rows.with_row_index().sort("started_at", "folder")["index"].to_numpy()
            changes = np.any(np.diff(kept[ordered], axis=0) != 0, axis=1)
            spell = np.empty(len(kept), dtype=np.int64)
            spell[ordered] = np.concatenate([[0], np.cumsum(changes)])
        keys = np.column_stack([spell, kept])
        return np.unique(keys, axis=0, return_inverse=True)[1].ravel().astype(np.int64)

    @property
    def df_repeats(self) -> int:
        """By how many degrees of freedom observations of the same treatment differ beside what blocks explain."""
        if not self.study.block:
            return len(self.y) - len(np.unique(self.treatments))
        runs, blocks, inverse = self.cells
        treatments = treatment_numbers(self.study)[runs][inverse]
        dummies = [np.equal.outer(of, np.unique(of)).astype(float) for of in (treatments, blocks[inverse])]
        return len(self.y) - int(np.linalg.matrix_rank(np.hstack(dummies)))

    @cached_property
    def fit(self) -> Fit:
        """The study's model, as far as missing runs leave it."""
        return self._fitted(self.coding.blocks, self.coding.whole)

    def reduced(self, terms: Collection[str]) -> Fit:
        """The same with these of its terms only."""
        chosen = tuple(term for term in self.coding.terms if term in terms)
        if chosen == self.coding.terms:
            return self.fit
        if chosen not in self._reduced:
            blocks = {
                term: block
                for term, block in self.coding.blocks.items()
                if term in chosen or term in NO_TERMS
            }
            whole = {term: block for term, block in self.coding.whole.items() if term in blocks}
            self._reduced[chosen] = self._fitted(blocks, whole)
        return self._reduced[chosen]

    def _fitted(self, blocks: dict[str, Matrix], whole: dict[str, Matrix]) -> Fit:
        if self.counted:
            return self.counted.fit(blocks, self.matrix_rows, whole)
        return fit(self.y, blocks, self.matrix_rows, whole)

    @cached_property
    def _reduced(self) -> dict[tuple[str, ...], Fit]:
        """The models that were asked for, each fitted once."""
        return {}

    def fit_of_folders(self, terms: Collection[str] | None = None) -> Fit:
        """The model of the folders' means, of all its terms or of some."""
        if self.counted:
            return self.fit if terms is None else self.reduced(terms)
        means, _, sizes = self.folders
        rows = np.zeros(len(means), dtype=np.int64)
        rows[self.folder_of] = self.matrix_rows
        keep = [*self.coding.terms] if terms is None else terms
        blocks = {
            term: block for term, block in self.coding.blocks.items() if term in keep or term in NO_TERMS
        }
        whole = {term: block for term, block in self.coding.whole.items() if term in blocks}
        X = np.hstack(list(blocks.values()))[rows]
        weights = None
        if len(means) > X.shape[1]:
            weights = folder_weights(means, sizes, X, *self.inside_folders)
        if weights is None:
            return fit(means, blocks, rows, whole)
        roots = np.sqrt(weights)[:, None]
        return fit(means, blocks, rows, whole, lambda columns: columns * roots)

    @cached_property
    def inside_folders(self) -> tuple[float, int]:
        """Sum of squares of containers about the mean of their folder, and its degrees of freedom."""
        means = self.folders[0]
        deviations = self.y - means[self.folder_of]
        return float(deviations @ deviations), len(self.y) - len(means)

    @cached_property
    def folders(self) -> tuple[Vector, Integers, Integers]:
        """Mean, place of the run and number of containers of each folder, in the order of the folders' names."""
        sizes = np.bincount(self.folder_of)
        means = grouped_means(self.y, self.folder_of)
        places = np.zeros(len(sizes), dtype=np.int64)
        places[self.folder_of] = self.places
        return means, places, sizes

    @cached_property
    def folder_of(self) -> Integers:
        """Place of each observation's folder, from 0, in the order of the folders' names."""
        names = self.rows["folder"].to_numpy().astype(str)
        return np.unique(names, return_inverse=True)[1].astype(np.int64)

    @cached_property
    def missing_runs(self) -> list[int]:
        """Numbers of the runs of the design without any observation."""
        return sorted({run.run for run in self.study.treatments} - set(self.rows["run"].to_list()))

    @cached_property
    def progress(self) -> tuple[int, int]:
        """Folders that are there of those planned, and the plan: so many replicates of each run."""
        wanted = self.study.replicates or 1
        folders = self.folders_of_runs
        return int(np.minimum(folders, wanted).sum()), wanted * len(folders)

    @cached_property
    def folders_of_runs(self) -> Integers:
        """How many folders each run of the design has."""
        runs = len(self.study.treatments)
        return np.bincount(self.folders[1], minlength=runs)[:runs]

    @property
    def is_firm(self) -> bool:
        """Whether this is a look that was planned: those before it, between two of them and after it are provisional."""
        made = set(self.folders_of_runs.tolist())
        return len(made) == 1 and made <= set(self.study.looks or [self.study.replicates or 1])

    @cached_property
    def look(self) -> int:
        """The place, from 1, of the last planned look that all runs have come to; 1 before there is one."""
        fewest = int(self.folders_of_runs.min())
        return max(1, sum(look <= fewest for look in self.study.looks))

    @cached_property
    def alpha(self) -> float:
        """The level that verdicts are held to: the study's, or what its planned looks spend of it at this one."""
        looks = self.study.looks
        if not looks:
            return self.study.alpha
        return levels_of_looks(tuple(look / looks[-1] for look in looks), self.study.alpha)[self.look - 1]

    @property
    def is_balanced(self) -> bool:
        """Every run of the design has as many observations as every other, and there are no others."""
        return (
            not self.missing_runs
            and not self.design.beyond
            and len(set(np.bincount(self.places).tolist())) == 1
        )

    @property
    def is_constant(self) -> bool:
        return bool(self.y.min() == self.y.max())

    def on_log_scale(self) -> "Sample | None":
        """The same in log10; None where a value is 0 or less."""
        if self.distribution:
            return self._of_counts()
        return replace(self, scale="log10") if self.observed.min() > 0 else None

    @property
    def distribution(self) -> str | None:
        return self.study.responses[self.response].distribution

    @property
    def why_not_counted(self) -> str | None:
        return why_not_counted(self.distribution, self._with_values) if self.distribution else None

    @property
    def _with_values(self) -> pl.DataFrame:
        return self.rows.with_columns(value=self.observed)

    def _of_counts(self) -> "Sample | None":
        """The executions with what was counted in each; None where some combination of levels has no logarithm."""
        assert self.distribution
        if self.why_not_counted:
            return None
        by = "folder" if self.unit == "folder" else "container_id"
        found = counted(self.distribution, self._with_values, by)
        rows = (
            self.executions.rows.with_columns(container_id="folder") if by == "folder" else self.rows.sort(by)
        )
        bare = replace(
            self, rows=rows, observed=found.rates, scale="log10", scaled=found.rates, counted=found
        )
        X = np.hstack(list(bare.coding.blocks.values()))[bare.matrix_rows]
        try:
            if X.shape[1] > len(rows) or found.runs_away(X):
                return None
            return replace(bare, scaled=bare.fit.y)
        except FitError:
            return None


def power_of_ten(value: float) -> float:
    """Infinity where it is too large for a double."""
    with np.errstate(over="ignore"):
        return float(np.power(10.0, value))


def grouped_means(y: Vector, groups: Integers) -> Vector:
    """Mean of y (n,) in each group 0, 1, ...; taken about a value amid the data, so that offsets eat no digits."""
    shift = float(np.sort(y)[len(y) // 2])
    return np.asarray(np.bincount(groups, y - shift) / np.bincount(groups) + shift, dtype=np.float64)


def treatment_numbers(study: Study) -> Integers:
    """A number for each run, of the design and beside it, equal where all levels are equal."""
    numbers: dict[tuple[str, ...], int] = {}
    runs = (*study.treatments, *study.others)
    for run in runs:
        numbers.setdefault(tuple(run.levels.values()), len(numbers))
    return np.array([numbers[tuple(run.levels.values())] for run in runs], dtype=np.int64)


def in_order(study: Study, observations: pl.DataFrame) -> pl.DataFrame:
    """The study's observations sorted by response, folder and container, their stamps naive in UTC.

    Raises FitError where a column is missing or a run is none of the design's.
    """
    missing = [column for column in READ if column not in observations.columns]
    if missing:
        raise FitError(
            f"{study.name}: found no column {', '.join(missing)} in the observations, expected "
            f"{', '.join(READ)}. Hand over the view observations."
        )
    rows = observations
    if "study" in rows.columns:
        rows = rows.filter(pl.col("study") == study.name)
    rows = rows.select(
        pl.col("response").cast(pl.String),
        pl.col("run").cast(pl.Int32),
        pl.col("folder").cast(pl.String),
        pl.col("container_id").cast(pl.String),
        *(_naive_utc(rows, stamp) for stamp in ("started_at", "stopped_at")),
        pl.col("value").cast(pl.Float64),
        block=_block(study, rows),
    ).sort("response", "folder", "container_id")
    last = len(study.treatments) + len(study.others)
    strange = rows.filter(pl.col("run").is_null() | ~pl.col("run").is_between(1, last))
    if strange.height:
        run, folder = strange.row(0, named=True)["run"], strange.row(0, named=True)["folder"]
        raise FitError(
            f"{study.name}: found run {run} in folder {folder}, expected 1 to {last}, the runs of the design. "
            "Correct the folder's name or the study's generators."
        )
    return rows


def _block(study: Study, rows: pl.DataFrame) -> pl.Expr:
    """What the study's blocks are told by, joined: the folder's replicate, the day of its first start in its zone."""
    parts: list[pl.Expr] = []
    for name in study.block:
        if name == "date":
            first = _naive_utc(rows, "started_at").min().over("folder")
            local = first.dt.replace_time_zone("UTC").dt.convert_time_zone(study.timezone)
            parts.append(local.dt.strftime("%Y-%m-%d").fill_null(UNTOLD))
        elif name != "replicate":
            parts.append(_told_block(study, rows, name))
        elif "replicate" in rows.columns:
            parts.append(pl.col("replicate").cast(pl.String).fill_null(UNTOLD))
        else:
            raise FitError(
                f'{study.name}: found block = ["replicate"] and no column replicate in the observations. Write '
                "{replicate} into folders."
            )
    return pl.concat_str(parts, separator="/") if parts else pl.lit("")


def _told_block(study: Study, rows: pl.DataFrame, name: str) -> pl.Expr:
    """By the path of the folder, or by a column of the table."""
    if study.source and name in study.source.columns:
        if "block" not in rows.columns:
            raise FitError(
                f"{study.name}: found no column block in the observations. Hand over the view observations."
            )
        return pl.col("block").cast(pl.String).str.json_path_match(f"$['{name}']").fill_null(UNTOLD)
    texts = {
        folder: study.blocks_of(folder).get(name, UNTOLD)
        for folder in rows["folder"].cast(pl.String).unique()
    }
    return pl.col("folder").cast(pl.String).replace_strict(texts, return_dtype=pl.String)


def _naive_utc(rows: pl.DataFrame, stamp: str) -> pl.Expr:
    column = pl.col(stamp)
    kind = rows.schema[stamp]
    if isinstance(kind, pl.Datetime) and kind.time_zone is not None:
        column = column.dt.convert_time_zone("UTC").dt.replace_time_zone(None)
    return column.cast(pl.Datetime("us"))


def samples(
    study: Study, design: Design, rows: pl.DataFrame
) -> Iterator[tuple[str, Sample | None, list[str]]]:
    """Each response with its finite observations (None if there are none) and the containers left out."""
    for response in study.responses:
        of_response = rows.filter(pl.col("response") == response)
        is_finite = pl.col("value").is_not_null() & pl.col("value").is_finite()
        good = of_response.filter(is_finite)
        bad = of_response.filter(~is_finite.fill_null(False))
        good = _with_trials(good, rows, study.responses[response].trials)
        names = [f"{row['container_id']} in {row['folder']}" for row in bad.iter_rows(named=True)]
        sample = None
        if good.height:
            # equal counts are no copies
            good, copies = (good, None) if study.responses[response].distribution else without_copies(good)
            sample = Sample(
                study, design, response, "identity", good, good["value"].to_numpy(), copies=copies
            )
        yield response, sample, names


def _with_trials(good: pl.DataFrame, rows: pl.DataFrame, trials: int | str | None) -> pl.DataFrame:
    if not isinstance(trials, str):
        return good.with_columns(trials=pl.lit(trials, pl.Float64))
    of = rows.filter(pl.col("response") == trials).select("folder", "container_id", trials="value")
    return good.join(of, on=["folder", "container_id"], how="left", maintain_order="left")


def without_copies(rows: pl.DataFrame) -> tuple[pl.DataFrame, Copies | None]:
    """Where no repeat differs from its first (as with a fixed seed), the first alone: copies are no replicates.

    First the containers of each folder, then the folders of each run; one repeated group alone may be chance.
    """
    kept, unit = rows, None
    for group, of in (("folder", "container"), ("run", "folder")):
        groups = kept.group_by(group).agg(n=pl.len(), values=pl.col("value").n_unique())
        repeated = groups.filter(pl.col("n") > 1)
        if repeated.height > 1 and repeated["values"].max() == 1 and kept["value"].n_unique() > 1:
            kept, unit = kept.unique(group, keep="first", maintain_order=True), of
    if unit is None:
        return rows, None
    return kept, Copies(rows.height - kept.height, "container" if unit == "container" else "folder")


def identical_runs(sample: Sample) -> tuple[int, int]:
    """How many runs repeat themselves to the last digit, and how many were repeated."""
    runs = sample.rows.with_columns(y=sample.y).group_by("run").agg(n=pl.len(), values=pl.col("y").n_unique())
    repeated = runs.filter(pl.col("n") > 1)
    return repeated.filter(pl.col("values") == 1).height, repeated.height
