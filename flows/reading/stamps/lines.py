"""Reads the lines of start.log, stop.log and create.log: what each says, or why it is not taken."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Literal, NamedTuple

import polars as pl

from flows.reading.notices.findings import Finding, Outcome

Event = Literal["create", "start", "stop"]

# As it stands in the names of folders; ids of another form are ids too.
UUID = re.compile(r"^(?i:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$")
FORM = "'MM-DD-YYYY HH:MM:SS <container id>'"
CORRECT = "Correct the line or remove the folder."

_BAD_LINES = 3  # and 1 % of the lines: with more of them, the file is another kind of file
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_TIME = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
_FRACTION = r"(?:[.,][0-9]{1,9})?"
_LINE = rf"^([0-9]{{2}})-[0-9]{{2}}-([0-9]{{4}}) {_TIME}{_FRACTION} ([^ \t]+)$"
# ISO 8601; `kubectl logs --timestamps` and the runtime's own files put such a stamp before what was written.
_DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_ZONE = r" ?(?:Z|[+-][0-9]{2}:?[0-9]{2})"
_STREAM = r"(?:std(?:out|err) [FP] )?"
_ISO = rf"^([0-9]{{4}})-([0-9]{{2}})-[0-9]{{2}}[T ]{_TIME}{_FRACTION}(?:{_ZONE})? {_STREAM}([^ \t]+)$"
_BEFORE = rf"^{_DAY}T{_TIME}{_FRACTION}{_ZONE} {_STREAM}"
# Slashes lead out of folders, control characters and quotes out of whatever shows the id.
_ODD_ID = r"""[/\\<>"'`&;$|{}\p{C}\p{Z}]|^\.{1,2}$|^.{129,}$"""
_FIRST_YEAR, _LAST_YEAR = 2000, 2100


class StampFile(NamedTuple):
    """One log of stamps, `path` relative to the log root.

    `lines` gives the numbers of the lines where `content` holds only some of a file.
    """

    folder: str
    event: Event
    path: str
    content: bytes
    lines: tuple[int, ...] | None = None


class Noted(NamedTuple):
    """A finding about the stamps of an event, and how many lines are no stamps because of it."""

    finding: Finding
    event: Event
    lines: int


def read_lines(files: Sequence[StampFile]) -> tuple[pl.DataFrame, list[Noted]]:
    """The lines that are stamps (file, folder, event, path, line, container_id, raw, local, instant), and what is not.

    `local` is the time as written, in the zone of the study; `instant` is the time in UTC where the line names its
    own zone, else null. Every line is either a stamp or counted by a finding.
    """
    lines = _parsed(_split(files).with_columns(text=_plain())).with_columns(code=_code())
    lines = _with_cut_ids(lines, files)
    refused = _refused_files(lines)
    noted = [*_whole_files(lines, refused, files), *_single_lines(lines, refused, files)]
    read = lines.filter(~pl.col("file").is_in(refused))
    noted += _repairs(read, files)
    stamps = read.filter(pl.col("code").is_null()).select(
        "file", "line", "container_id", "raw", "local", "instant"
    )
    return stamps.join(_names(files), on="file", how="left", maintain_order="left"), noted


def _plain() -> pl.Expr:
    """A line without trailing blanks, and without the stamp that a pod's runtime has put before another."""
    text = pl.col("written").str.strip_chars_end(" \t\r")
    inner = text.str.replace(_BEFORE, "")
    return pl.when(inner.str.contains(_LINE)).then(inner).otherwise(text)


def _parsed(lines: pl.DataFrame) -> pl.DataFrame:
    """The lines with month, year, container_id, raw, local and instant, null where they are no stamps."""
    parts, iso = (pl.col("text").str.extract_groups(form) for form in (_LINE, _ISO))
    stamp = pl.col("text").str.strip_suffix(pl.col("container_id")).str.strip_chars_end(" ")
    lines = lines.with_columns(
        month=pl.coalesce(parts.struct.field("1"), iso.struct.field("2")).cast(pl.Int32),
        year=pl.coalesce(parts.struct.field("2"), iso.struct.field("1")).cast(pl.Int32),
        container_id=pl.coalesce(parts.struct.field("3"), iso.struct.field("3")),
        is_iso=iso.struct.field("3").is_not_null(),
    )
    lines = lines.with_columns(raw=stamp.str.replace(r" std(?:out|err) [FP]$", ""))
    written = pl.col("raw").str.replace(",", ".", literal=True)
    usual = written.str.to_datetime("%m-%d-%Y %H:%M:%S%.f", time_unit="us", strict=False)
    if not lines["is_iso"].any():
        none = pl.lit(None, dtype=pl.Datetime("us"))
        return lines.with_columns(local=usual, instant=none).drop("is_iso")
    zone = (
        written.str.extract(rf"({_ZONE})$").str.strip_chars().str.replace("Z", "+00:00").str.replace(":", "")
    )
    plain = written.str.replace(rf"{_ZONE}$", "").str.replace("T", " ")
    local = plain.str.to_datetime("%Y-%m-%d %H:%M:%S%.f", time_unit="us", strict=False)
    hours, minutes = zone.str.slice(0, 3).cast(pl.Int32), zone.str.slice(3, 2).cast(pl.Int32)
    ahead = pl.duration(
        minutes=hours * 60 + minutes * pl.when(zone.str.starts_with("-")).then(-1).otherwise(1)
    )
    lines = lines.with_columns(
        local=pl.when("is_iso").then(local).otherwise(usual),
        instant=pl.when("is_iso").then(local - ahead),
    )
    return lines.drop("is_iso")


def note(
    file: StampFile,
    line: int | None,
    code: str,
    found: str,
    expected: str,
    remedy: str = CORRECT,
    container_id: str | None = None,
    lines: int = 0,
) -> Noted:
    """A finding about a line of a file; W codes wait, R codes are repaired, the others quarantine."""
    outcomes: dict[str, Outcome] = {"W": "waiting", "R": "repaired"}
    where = file.path if line is None else f"{file.path}:{line}"
    reason = f"{where}: found {found}, expected {expected}. {remedy}"
    offset = None if line is None or file.lines is not None else _line_starts(file.content)[line - 1]
    outcome = outcomes.get(code[0], "quarantined")
    finding = Finding(file.folder, code, outcome, reason, container_id, file.path, line, offset)
    return Noted(finding, file.event, lines)


@lru_cache(maxsize=1)  # the findings of a file follow each other
def _line_starts(content: bytes) -> list[int]:
    return [0, *(match.end() for match in re.finditer(b"\n", content))]


def _names(files: Sequence[StampFile]) -> pl.DataFrame:
    rows = [(place, file.folder, file.event, file.path) for place, file in enumerate(files)]
    schema = {"file": pl.Int32, "folder": pl.String, "event": pl.String, "path": pl.String}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _split(files: Sequence[StampFile]) -> pl.DataFrame:
    """file, line, written (without its line feed), is_cut (the last line has none)."""
    texts = [
        file.content.removeprefix(_BYTE_ORDER_MARK).decode("utf-8", "backslashreplace") for file in files
    ]
    lines = (
        pl.DataFrame({"written": texts}, schema={"written": pl.String})
        .with_row_index("file")
        .with_columns(pl.col("file").cast(pl.Int32), pl.col("written").str.split("\n"))
        .explode("written")
        .with_columns(
            line=pl.int_range(1, pl.len() + 1, dtype=pl.Int32).over("file"),
            is_cut=pl.col("file").is_last_distinct(),
        )
        .filter(~pl.col("is_cut") | (pl.col("written") != ""))
    )
    numbered = [(place, file.lines) for place, file in enumerate(files) if file.lines is not None]
    if not numbered:
        return lines
    real = pl.DataFrame(
        [(place, at, line) for place, numbers in numbered for at, line in enumerate(numbers, 1)],
        schema={"file": pl.Int32, "line": pl.Int32, "real": pl.Int32},
        orient="row",
    )
    joined = lines.join(real, on=["file", "line"], how="left", maintain_order="left")
    return joined.with_columns(line=pl.coalesce("real", "line")).drop("real")


def _code() -> pl.Expr:
    """What is wrong with a line, null if nothing is. Whether a time lies ahead is judged later, in UTC."""
    is_stamp = pl.col("container_id").is_not_null()
    return (
        pl.when(pl.col("text") == "").then(pl.lit("R101"))
        .when(~is_stamp & pl.col("is_cut")).then(pl.lit("W201"))
        .when(~is_stamp).then(pl.lit("Q301"))
        .when(pl.col("month") > 12).then(pl.lit("Q302"))
        .when(pl.col("local").is_null()).then(pl.lit("Q301"))
        .when(pl.col("container_id").str.contains(_ODD_ID)).then(pl.lit("Q313"))
        .when(~pl.col("year").is_between(_FIRST_YEAR, _LAST_YEAR)).then(pl.lit("Q303"))
    )  # fmt: skip


def _with_cut_ids(lines: pl.DataFrame, files: Sequence[StampFile]) -> pl.DataFrame:
    """Marks last lines that break off inside their id: one that is shorter than all ids of the folder look."""
    cut = lines.filter(
        pl.col("is_cut") & pl.col("code").is_null() & ~pl.col("container_id").str.contains(UUID.pattern)
    )
    if cut.is_empty():
        return lines
    ids: dict[str, set[str]] = {}
    for place, container_id in (
        lines.filter(~pl.col("is_cut")).select("file", "container_id").drop_nulls().rows()
    ):
        ids.setdefault(files[place].folder, set()).add(container_id)
    broken = [
        place
        for place, container_id in cut.select("file", "container_id").rows()
        if any(
            UUID.fullmatch(other) or (other.startswith(container_id) and other != container_id)
            for other in ids.get(files[place].folder, ())
        )
    ]
    is_broken = pl.col("is_cut") & pl.col("file").is_in(broken)
    return lines.with_columns(code=pl.when(is_broken).then(pl.lit("W201")).otherwise("code"))


def _refused_files(lines: pl.DataFrame) -> list[int]:
    """Files of which no line is taken: one has the day first, or too many have another form."""
    is_other = pl.col("code") == "Q301"
    is_refused = (pl.col("code") == "Q302").any() | (
        is_other.sum() > pl.max_horizontal(_BAD_LINES, pl.len() * 0.01)
    )
    refused = lines.group_by("file").agg(is_refused=is_refused).filter("is_refused")
    return sorted(refused["file"])


def _whole_files(lines: pl.DataFrame, refused: list[int], files: Sequence[StampFile]) -> Iterator[Noted]:
    for place in refused:
        own = lines.filter(pl.col("file") == place)
        count = own.height
        day_first = own.filter(pl.col("code") == "Q302").head(1)
        other = own.filter(pl.col("code") == "Q301")
        first = (day_first if day_first.height else other).row(0, named=True)
        if day_first.height:
            found = f"month {first['month']} in {_quoted(first['text'])}"
            expected = f"{FORM} (is the day written first?)"
        else:
            found = f"{other.height} of {count} lines of another form, the first {_quoted(first['text'])}"
            expected = FORM
        remedy = f"None of its {count} lines is read. Correct the file or remove the folder."
        yield note(files[place], first["line"], first["code"], found, expected, remedy, lines=count)


def _single_lines(lines: pl.DataFrame, refused: list[int], files: Sequence[StampFile]) -> Iterator[Noted]:
    is_named = pl.col("code").is_in(["W201", "Q301", "Q303", "Q313"]) & ~pl.col("file").is_in(refused)
    for row in lines.filter(is_named).iter_rows(named=True):
        found, expected, remedy = _quoted(row["text"]), FORM, CORRECT
        container_id = None
        match row["code"]:
            case "W201":
                found, remedy = (
                    f"{found} without a line end",
                    "Wait until it is written, or complete the line.",
                )
            case "Q303":
                found = f"the year {row['year']} in {found}"
                expected = f"a year from {_FIRST_YEAR} to {_LAST_YEAR}"
                container_id = row["container_id"]
            case "Q313":
                found = f"the container id {_quoted(row['container_id'])}"
                expected = "at most 128 letters, digits and signs that cannot lead out of a folder or a page"
            case "Q301" if row["container_id"] is not None:
                expected = "a day that exists"
                container_id = row["container_id"]
        file = files[row["file"]]
        yield note(file, row["line"], row["code"], found, expected, remedy, container_id, lines=1)


def _repairs(lines: pl.DataFrame, files: Sequence[StampFile]) -> Iterator[Noted]:
    """What was read over in each file, and the blank lines, which are no stamps."""
    is_stamp, is_blank = pl.col("code").is_null(), pl.col("code") == "R101"
    unreturned = pl.col("written").str.strip_suffix("\r")
    counts = lines.group_by("file", maintain_order=True).agg(
        (is_stamp & pl.col("written").str.ends_with("\r")).sum().alias("CRLF line end(s)"),
        (is_stamp & (unreturned != unreturned.str.strip_chars_end(" \t")))
        .sum()
        .alias("line(s) with trailing blanks"),
        is_blank.sum().alias("blank line(s)"),
        (is_stamp & pl.col("is_cut")).sum().alias("last line without a line end"),
        pl.col("file").first().is_in(_marked(files)).cast(pl.UInt32).alias("byte order mark"),
    )
    for row in counts.filter(pl.sum_horizontal(pl.exclude("file")) > 0).iter_rows(named=True):
        file = files[row.pop("file")]
        found = ", ".join(f"{count} {what}" for what, count in row.items() if count)
        remedy = "It was read over; nothing is to be done."
        yield note(file, None, "R101", found, "plain lines", remedy, lines=row["blank line(s)"])


def _marked(files: Sequence[StampFile]) -> list[int]:
    return [place for place, file in enumerate(files) if file.content.startswith(_BYTE_ORDER_MARK)]


def _quoted(text: str) -> str:
    return repr(text if len(text) <= 80 else text[:79] + "…")
