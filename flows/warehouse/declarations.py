"""The study files as rows of the warehouse: studies, treatments, responses."""

from collections.abc import Sequence

import polars as pl

from models.declared.study import Study
from models.design.design import Design


def study_rows(studies: Sequence[Study]) -> pl.DataFrame:
    """Rows of the table `studies`."""
    rows = []
    for study in studies:
        design = Design.of(study)
        rows.append(
            {
                "study": study.name,
                "title": study.title,
                "timezone": study.timezone,
                "folders": study.source.path if study.source else study.folders,
                "done_when": done_when(study),
                "design": design.line(),
                "defining_relation": design.defining_relation() if study.generators else None,
                "resolution": design.resolution if study.generators else None,
                "error_unit": study.unit,
                "definition": study.model_dump_json(),
                "digest": study.digest(),
            }
        )
    return pl.DataFrame(rows)


def done_when(study: Study) -> str:
    """What tells that a run is over, as a phrase."""
    source = study.source
    if source is None or source.done == "stop.log":
        return "stop.log names each container"
    if source.is_table:
        return "its row stands in the table"
    if source.done_file:
        return f"the file {source.done_file} is there"
    if source.done == "steps":
        return "it has as many points as promised"
    if study.is_result and "done" not in source.model_fields_set:
        return "its result file is whole"
    return f"nothing was logged for {source.done.removeprefix('quiet ')}"


def treatment_rows(studies: Sequence[Study]) -> pl.DataFrame:
    """Rows of the table `treatments`: one per run and factor."""
    rows = []
    for study in studies:
        letters = dict(zip(study.factors, Design.of(study).letters, strict=True))
        for treatment in (*study.treatments, *study.others):
            for place, (factor, level) in enumerate(treatment.levels.items(), 1):
                levels = study.factors[factor]
                position = levels.index(level) if not treatment.is_center else None
                rows.append(
                    {
                        "study": study.name,
                        "run": treatment.run,
                        "factor": factor,
                        "factor_position": place,
                        "letter": letters[factor],
                        "level": level,
                        "level_position": None if position is None else position + 1,
                        "sign": sign(position, len(levels)),
                        "is_center": treatment.is_center,
                        "is_planned": treatment.run <= len(study.treatments),
                    }
                )
    return pl.DataFrame(rows, infer_schema_length=None)


def sign(position: int | None, levels: int) -> float | None:
    """-1 low, +1 high, 0 at the centre; a factor with more than two levels has no signs."""
    if position is None:
        return 0.0
    return 2.0 * position - 1.0 if levels == 2 else None


def response_rows(studies: Sequence[Study]) -> pl.DataFrame:
    """Rows of the table `responses`."""
    return pl.DataFrame(
        [
            {
                "study": study.name,
                "response": name,
                "response_position": place,
                "metric": response.tag,
                "within": response.within_pattern,
                "reduce": response.reduce if response.tag else None,
                "from_stamp": response.between[0] if response.between else None,
                "to_stamp": response.between[1] if response.between else None,
                "unit": response.unit or None,
                "goal": response.goal,
                "low": response.range[0] if response.range else None,
                "high": response.range[1] if response.range else None,
            }
            for study in studies
            for place, (name, response) in enumerate(study.responses.items(), 1)
        ],
        infer_schema_length=None,
    )
