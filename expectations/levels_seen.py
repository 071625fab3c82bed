"""What must hold of the levels that a folder's own files tell: one row a folder or container, and factor."""

import polars as pl

from expectations.relation import Found, Frames, Row, Rule, container, finished, rule
from models.declared.folders import read_pattern
from models.declared.study import Study

SCHEMA = pl.Schema(
    {
        "folder": pl.String,
        "container_id": pl.String,
        "factor": pl.String,
        "declared": pl.String,
        "seen": pl.String,
        "source": pl.String,
    }
)
NEVER_NULL = ("folder", "factor")


def prepare(study: Study, frames: Frames) -> pl.DataFrame:
    """The levels seen, and a row without one for each level that the study says can be seen and was not.

    Nothing is declared of a folder that executes no run of the design: RUN-1 names it.
    """
    runs = frames["runs"].select("folder", "run").drop_nulls()
    seen = finished(frames["levels_seen"], frames["runs"]).join(
        runs.select("folder"), on="folder", how="semi"
    )
    declared = pl.DataFrame(
        [
            (treatment.run, *level)
            for treatment in (*study.treatments, *study.others)
            for level in treatment.levels.items()
        ],
        schema={"run": pl.Int64, "factor": pl.String, "declared": pl.String},
        orient="row",
    )
    promised = finished(runs, frames["runs"]).join(declared, on="run")
    with_files = frames["containers"].filter(pl.col("event_files") > 0).select("folder", "container_id")
    in_paths = promised.filter(pl.col("factor").is_in(factors_in_path(study))).join(with_files, on="folder")
    config = study.promises.config
    in_config = promised.filter(pl.col("factor").is_in(list(config.levels) if config else []))
    return pl.concat(
        [
            seen,
            in_paths.join(seen, on=["folder", "container_id", "factor"], how="anti").with_columns(
                source=pl.lit(f"path, {study.promises.path}")
            ),
            in_config.join(
                seen.filter(pl.col("container_id").is_null()), on=["folder", "factor"], how="anti"
            ).with_columns(source=pl.lit(config.file if config else None)),
        ],
        how="diagonal",
    ).select(SCHEMA.names())


def factors_in_path(study: Study) -> tuple[str, ...]:
    path = study.promises.path
    return () if path is None else read_pattern(path, study.factors, numbered=False).names


def suite(study: Study) -> list[Rule]:
    return [
        rule(
            "LEV-1",
            "expect_column_pair_values_to_be_equal",
            column_A="seen",
            column_B="declared",
            ignore_row_if="neither",
        )
    ]


def describe(study: Study, code: str, row: Row) -> Found:
    factor = row["factor"]
    where = row["folder"] if row["container_id"] is None else container(row)
    seen = f"no level of {factor}" if row["seen"] is None else f"{factor} = {row['seen']}"
    return Found(where, f"{seen} ({row['source']})", f"{factor} = {row['declared']}")
