"""The rows of a result file in the words of its study: which column tells a factor, which a response."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import polars as pl

from flows.reading.cells.numbers import as_numbers
from flows.reading.records.reshape import Series, filled, pivoted, told_column, unfolded
from flows.reading.records.rows import Records, Shape, read_records
from flows.reading.records.shape import Problem, no_rows
from models.declared.folders import read_pattern
from models.declared.levels import declared_level
from models.declared.names import own_blocks
from models.declared.source import FILE_NAME, Source, ending_of
from models.declared.study import Study

REPLICATE = "replicate"
TIMES = "{}times"  # the how-manieth of its name a line of a report is; no file has such columns


class SourceRows(NamedTuple):
    """What was read of a file, and the column of its frame for every factor, stamp and id that rows tell.

    Of a wide table, whose cells are runs, the column CELL says which column a row comes from.
    """

    records: Records
    columns: Mapping[str, str]


def shape_of(source: Source) -> Shape:
    return Shape(
        rows=source.rows,
        each=source.each,
        where=source.where,
        take="each" if source.is_table and not source.each else source.take,  # of a table: of each run
        product=source.product or "",
        header=source.header,
        separator=source.separator,
        sheet=source.sheet,
        encoding=source.encoding,
        is_turned=source.transpose,
        is_report=source.is_report,
    )


def tags_of(study: Study) -> list[str]:
    return list(dict.fromkeys(each.tag for each in study.responses.values() if each.tag))


def read_source(content: bytes, name: str, study: Study) -> SourceRows:
    """Every row of a result file; what is wrong with it stands in the problems of its records."""
    source = study.source
    assert source
    once = [*source.columns.values(), *filter(None, (source.step, source.time))]
    joined = source.levels.column if source.levels and source.levels.column else None
    once = list(dict.fromkeys([*once, *([joined] if joined else [])]))
    literal = literal_of(study)
    headings = {each.heading for each in study.responses.values() if each.heading}
    plain = [tag for tag in tags_of(study) if tag not in headings]
    found = series_of(content, name, study, sorted(headings), once) if headings else []
    measured = [column for each in found for column in each.columns.values()]
    if source.names == FILE_NAME:
        return of_named_file(content, name, study, once)
    if source.names and source.values:
        measured = [*measured, source.names, source.values]
        plain, long = [], plain
        literal = [*literal, source.names]
    wanted = list(dict.fromkeys([*once, *plain, *measured]))
    records = read_records(content, name, wanted, shape_of(source), literal)
    if source.decimal != ".":
        records = records._replace(frame=with_points(records.frame, study))
    if source.fill:
        records = records._replace(frame=filled(records.frame, literal))
    if source.names and source.values:
        frame, again = records.frame, list(once)
        if source.is_report:  # a name that comes again is another step, as in the log of a training
            frame = frame.with_columns(pl.col(source.names).cum_count().over(source.names).alias(TIMES))
            again.append(TIMES)
        wide, problems = pivoted(frame, again, source.names, source.values, long)
        problems += repeated(frame, study) if source.is_report else []
        records = records._replace(
            frame=wide.drop(TIMES, strict=False), problems=(*records.problems, *problems)
        )
    columns = dict(source.columns)
    if headings:
        found = [each for each in found if measures(records.frame, each, study)]
        frame = unfolded(records.frame, [*once, *plain], found)
        columns |= {told: told_column(told) for told in told_by(found)}
        problem = no_columns(sorted(headings), records.columns) if not found else []
        records = records._replace(frame=frame, problems=(*records.problems, *problem))
    if joined and source.levels and source.levels.pattern:
        records, more = with_levels(records, study, joined, source.levels.pattern)
        columns |= more
    return SourceRows(records, columns)


def repeated(frame: pl.DataFrame, study: Study) -> list[Problem]:
    """Names of a report that stand in several lines, where the response does not say which counts."""
    assert study.source and study.source.names
    found = []
    for tag in {
        each.tag for each in study.responses.values() if each.tag and "reduce" not in each.model_fields_set
    }:
        lines = frame.filter(pl.col(study.source.names) == tag)["line"]
        if lines.len() > 1:
            remedy = 'Say which counts: reduce = "first", "last" or "mean" of the response.'
            found.append(Problem(lines[1], "Q323", f"{lines.len()} lines {tag!r}", "one", remedy))
    return found


def of_named_file(content: bytes, name: str, study: Study, once: Sequence[str]) -> SourceRows:
    """The rows of a file that is named by what was measured, as MLflow's are; no rows of what no response asks for."""
    source = study.source
    assert source and source.values
    named = f"/{name.removesuffix(ending_of(name))}"
    tag = next((each for each in tags_of(study) if named.endswith(f"/{each}")), None)
    if tag is None:
        return SourceRows(Records(no_rows(()), (), ()), {})
    records = read_records(content, name, [*once, source.values], shape_of(source), literal_of(study))
    frame = records.frame.rename({source.values: tag})
    return SourceRows(records._replace(frame=frame), source.columns)


def with_points(frame: pl.DataFrame, study: Study) -> pl.DataFrame:
    """Levels with decimal points, where the study declares them so and the file writes commas."""
    assert study.source
    columns = {
        study.source.columns[name]: levels
        for name, levels in study.factors.items()
        if name in study.source.columns
    }
    changed = []
    for column, levels in columns.items():
        texts = frame[column].drop_nulls().unique().to_list() if column in frame.columns else []
        points = {
            each: each.replace(",", ".") for each in texts if declared_level(each, levels) not in levels
        }
        if points:
            changed.append(frame[column].replace(points))
    return frame.with_columns(changed)


def literal_of(study: Study) -> list[str]:
    """The columns that hold names: there NA or None may be a level."""
    assert study.source
    names = (*study.factors, REPLICATE, "container", *own_blocks(study.block))
    joined = study.source.levels.column if study.source.levels else None
    told = [column for name, column in study.source.columns.items() if name in names]
    return [*told, *([joined] if joined else [])]


def series_of(
    content: bytes, name: str, study: Study, headings: Sequence[str], others: Sequence[str]
) -> list[Series]:
    """The columns of a wide table that belong together: those that tell the same levels and replicate."""
    assert study.source
    names = read_records(content, name, [], shape_of(study.source)).columns
    found: dict[tuple[tuple[str, str], ...], dict[str, str]] = {}
    for heading in headings:
        pattern = read_pattern(heading, study.factors)
        for column in names:
            match = pattern.match(column)
            if match is None or column in others:
                continue
            told = {**match.levels, **({REPLICATE: match.replicate} if match.replicate is not None else {})}
            found.setdefault(tuple(sorted(told.items())), {})[heading] = column
    return [Series(dict(told), columns) for told, columns in found.items()]


def measures(frame: pl.DataFrame, series: Series, study: Study) -> bool:
    """Whether columns hold numbers, or are named by levels that the study knows: a column of notes fits `{bs}` too."""
    are_declared = all(told in study.factors.get(name, (told,)) for name, told in series.told.items())
    return are_declared or any(
        not as_numbers(frame[column].drop_nulls())[1].all() for column in series.columns.values()
    )


def told_by(found: Sequence[Series]) -> list[str]:
    return list(dict.fromkeys(name for each in found for name in each.told))


def no_columns(headings: Sequence[str], names: Sequence[str]) -> list[Problem]:
    told = ", ".join(map(repr, names[:12])) or "none"
    remedy = "Correct the pattern of the column in the study file."
    return [Problem(None, "Q324", f"the columns {told}", f"some like {each!r}", remedy) for each in headings]


def with_levels(records: Records, study: Study, column: str, text: str) -> tuple[Records, dict[str, str]]:
    """The same with a column for every factor that the text of one column tells."""
    pattern = read_pattern(text, study.factors)
    cells = records.frame[column]
    matches = {each: pattern.match(each) for each in cells.drop_nulls().unique()}
    names = [each for each in pattern.names if each in study.factors or each == REPLICATE]
    added = []
    for name in names:
        told = {
            each: match.replicate if name == REPLICATE else match.levels.get(name)
            for each, match in matches.items()
            if match
        }
        added.append(
            cells.replace_strict(list(told), list(told.values()), default=None, return_dtype=pl.String).alias(
                told_column(name)
            )
        )
    problems = list(
        unlike(records.frame, column, pattern.text, [each for each, m in matches.items() if not m])
    )
    frame = records.frame.with_columns(added)
    return records._replace(frame=frame, problems=(*records.problems, *problems)), {
        name: told_column(name) for name in names
    }


def unlike(frame: pl.DataFrame, column: str, pattern: str, texts: Sequence[str]) -> Iterator[Problem]:
    rows = frame.filter(pl.col(column).is_in(texts))
    if rows.height:
        more = f" (and {rows.height - 1:,} more like it)" if rows.height > 1 else ""
        remedy = "Correct `pattern` in the study file, or the cell."
        yield Problem(
            rows["line"][0],
            "Q323",
            f"{rows[column][0]!r} in {column}{more}",
            f"a text like {pattern!r}",
            remedy,
        )
