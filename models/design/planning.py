"""What `doehouse design` prints and writes before an experiment: the design, its power, run sheets."""

import random
from collections.abc import Collection
from itertools import product

import polars as pl

from models.declared.folders import write_folder
from models.declared.study import Study
from models.design.design import Design, letters_of
from models.design.follow_up import FollowUp, FollowUps, next_runs
from models.design.power import ALPHA, power_table
from models.wording import joined


def design_text(study: Study, size: float = 1.0, alpha: float = ALPHA) -> str:
    """The design of a study for a terminal; `size` is an effect in standard deviations."""
    design = Design.of(study)
    factors = pl.DataFrame(
        [
            (letter, name, ", ".join(levels), study.center.get(name, ""))
            for letter, (name, levels) in zip(design.letters, study.factors.items(), strict=True)
        ],
        schema=["letter", "factor", "levels, low first", "centre"],
        orient="row",
    )
    parts = [
        f"{study.name}: {study.title}" if study.title else study.name,
        design.line(),
        "",
        _columns(factors if study.center else factors.drop("centre")),
        "",
        _columns(_runs(design)),
        "",
        *_confounding(design),
        f"Model: {', '.join(study.terms)}",
        "",
        *_power(study, size, alpha),
    ]
    return "\n".join(parts)


def _runs(design: Design) -> pl.DataFrame:
    """The sign table in letters, with true minus signs; the levels themselves where there are more than two."""
    if not design.is_two_level:
        return design.runs.drop("is_center")
    table = design.sign_table()
    table.columns = ["run", "I", *letters_of(design, design.columns)]
    return table.with_columns(
        pl.exclude("run").replace_strict({-1: "−", 0: "0", 1: "+"}, return_dtype=pl.String)
    )


def _confounding(design: Design) -> list[str]:
    if not design.words:
        return ["Full factorial: no effect is aliased with another.", ""]
    relation = design.confounding.relation(words=31)
    pattern = ", ".join(
        f"{number} of {length} letters"
        for length, number in enumerate(design.word_length_pattern, 3)
        if number
    )
    lines = [
        f"Defining relation: {relation}",
        f"Resolution {design.resolution}; words: {pattern}",
        "",
        "Aliases",
    ]
    lines += ["  " + " = ".join([term, *design.aliases(term)]) for term in design.columns]
    return [*lines, ""]


def _power(study: Study, size: float, alpha: float) -> list[str]:
    table = power_table(study, size, alpha=alpha)
    lines = [
        f"Power of an effect of {size:g} SD (mean at + minus mean at −, in standard deviations of the values of a "
        f"run), at significance level {alpha:g}",
        _columns(
            table.with_columns(
                pl.col("power")
                .map_elements(lambda power: f"{power:.3f}", return_dtype=pl.String)
                .fill_null("–"),
                pl.col("method").fill_null("–"),
            ).drop("levels" if table["levels"].n_unique() == 1 else [])
        ),
        "A replicate is one more independent value of every run: a folder; a container only if the containers of a "
        "folder are as independent of each other as folders are.",
    ]
    if "Lenth" in table["method"]:
        lines.append(
            "Without error degrees of freedom: Lenth's test of one active effect among inactive ones."
        )
    return lines


def run_sheet(study: Study, replicates: int, seed: int) -> pl.DataFrame:
    """Every run of the design so many times, in random order; the same seed gives the same sheet.

    Columns: run_order (the order to work in), std_order (the order of the design), run, replicate, folder (null
    where the study's pattern does not tell it, as for a second replicate without {replicate}), a column of level
    texts per factor, is_center. Raises ValueError for fewer than one replicate.
    """
    if replicates < 1:
        raise ValueError(f"found {replicates} replicates, expected 1 or more. Correct the number.")
    rows = []
    for std_order, (replicate, treatment) in enumerate(
        product(range(1, replicates + 1), study.treatments), 1
    ):
        is_told = study.folders and (replicate == 1 or "{replicate}" in study.folders)
        folder = write_folder(study.folders, treatment.run, replicate, treatment.levels) if is_told else None
        rows.append(
            (std_order, treatment.run, replicate, folder, *treatment.levels.values(), treatment.is_center)
        )
    shuffled = [(place, *row) for place, row in enumerate(random.Random(seed).sample(rows, len(rows)), 1)]
    schema = {
        **dict.fromkeys(("run_order", "std_order", "run", "replicate"), pl.Int64),
        **dict.fromkeys(("folder", *study.factors), pl.String),
        "is_center": pl.Boolean,
    }
    return pl.DataFrame(shuffled, schema=schema, orient="row")


def follow_up_sheet(follow_up: FollowUp, replicates: int, seed: int) -> pl.DataFrame:
    """Further runs in random order: run_order, std_order (in the full factorial), replicate, the levels."""
    copies = pl.concat([follow_up.runs.with_columns(replicate=pl.lit(n)) for n in range(1, replicates + 1)])
    order = random.Random(seed).sample(range(len(copies)), len(copies))
    first = ["std_order", "replicate"]
    sheet = copies[order].select(*first, pl.exclude(first))
    return sheet.with_row_index("run_order", offset=1).with_columns(
        pl.col("run_order", "replicate").cast(pl.Int64)
    )


def unfolded(study: Study) -> Study:
    """The study without generators, which claims further runs too. Raises ValueError if its folders name runs."""
    if "run" in study.pattern.names:
        raise ValueError(
            f"{study.name}: found {{run}} in the pattern {study.pattern.text!r}, expected the level of every factor: "
            "further runs are rows of the full factorial, whose numbers are other runs here. Declare that as a study "
            "of its own without generators, and write the runner of its sheet."
        )
    declared = study.model_dump(exclude_unset=True, exclude={"generators", "terms"})
    return Study.model_validate(declared)


def follow_up_text(study: Study, active: Collection[str], found: FollowUps) -> str:
    """What was considered to tell the active effects from their aliases, and what is proposed, for a terminal."""
    named = joined(list(active)) or "none"
    proposal = found.proposal
    if not found.sets:
        return (
            f"{study.name}: active effects: {named}. None of them is aliased with an effect of one or two factors: "
            "no further runs are needed."
        )
    lines = [
        f"{study.name}: active effects: {named}.",
        "To be told apart: " + "; ".join(" = ".join(one) for one in found.sets) + ".",
        "",
        *(f"- {option.name}: {option.sentence}." for option in found.options),
        "",
        "All of them allow for a shift between the nights, and keep the main effects in the model.",
    ]
    if proposal:
        lines += [
            "",
            f"Proposed: {proposal.name}",
            _columns(proposal.runs),
            f"std_order is the run's number in the full 2^{len(study.factors)}: declare that as a study without "
            "generators and name the folders by it.",
        ]
    return "\n".join(lines)


def _columns(table: pl.DataFrame) -> str:
    """Numbers to the right, texts to the left, two blanks between columns."""
    cells = [
        [str(name), *("" if value is None else str(value) for value in table[name])] for name in table.columns
    ]
    widths = [max(map(len, column)) for column in cells]
    right = [dtype.is_numeric() for dtype in table.dtypes]
    lines = [
        "  ".join(
            cell.rjust(width) if is_right else cell.ljust(width)
            for cell, width, is_right in zip(line, widths, right, strict=True)
        )
        for line in zip(*cells, strict=True)
    ]
    return "\n".join(line.rstrip() for line in lines)


__all__ = [
    "design_text",
    "follow_up_sheet",
    "follow_up_text",
    "next_runs",
    "power_table",
    "run_sheet",
    "unfolded",
]
