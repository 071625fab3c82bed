"""What the reading of a folder noticed: a code, an outcome and a sentence, with its place."""

from collections.abc import Iterable

import polars as pl

from flows.reading.notices.finding import Finding, Outcome

__all__ = ["MEANINGS", "SCHEMA", "STALE_CODES", "Finding", "Outcome", "frame"]

SCHEMA = pl.Schema(
    {
        "folder": pl.String,
        "code": pl.String,
        "outcome": pl.String,
        "reason": pl.String,
        "container_id": pl.String,
        "path": pl.String,
        "line": pl.Int32,
        "byte_offset": pl.Int64,
    }
)

# What a wait becomes when nothing in the folder has moved for two days: it is judged as it is.
STALE_CODES = {"W202": "Q307", "W203": "Q311", "W206": "Q312", "W209": "Q307", "W210": "Q327"}

# docs/reference/notices.md lists them; a code is never reused.
MEANINGS = {
    "R101": "CRLF line ends, a byte order mark, blank lines or trailing blanks in a log were read over.",
    "R102": "A container stopped in the second in which it started.",
    "R103": "The same stamp stands twice.",
    "R104": "An event file holds no scalar.",
    "R105": "A scalar is not a number or infinite; it is kept as it is.",
    "R106": "The wall time of a record is no time; its value is kept without one.",
    "R107": "Steps go back: a restart; the latest write counts for a repeated step.",
    "R108": "A folder that was loaded has vanished from the log root; its facts stay.",
    "R109": "A time that happened twice (end of daylight saving), told apart by the container's other stamps.",
    "R110": "A container has several different stamps of one kind; the first or last counts, as the study says.",
    "R111": "An event file of a stopped container ends in the middle of a record, which the study allows.",
    "R112": "A session starts again at a step: what was written before from there on no longer counts.",
    "R113": "Several values of a tag stand at one step, all of them: only the last counts.",
    "R114": "A folder holds byte for byte what a folder held that is gone: it was renamed, and keeps its facts.",
    "R115": "No row of a result file is to count, by `where` of its study: the run is left out, no fault.",
    "W201": "The last line of a log looks half written.",
    "W202": "A container has started but not stopped.",
    "W203": "A container has stamps but no event file.",
    "W204": "A copy into the folder is under way, or a file changed while it was read.",
    "W206": "An event file belongs to a container that no log names.",
    "W207": "The folder holds no stamp and no event file yet.",
    "W208": "No study claims the folder.",
    "W209": "Nothing says yet that a run is over.",
    "W210": "No place tells the levels of a folder yet.",
    "W211": "A study file is refused: its study stays as it was, the others go on.",
    "Q301": "A line of a log has another form.",
    "Q302": "A month above 12: the file may be written day first.",
    "Q303": "A year outside 2000 to 2100, or a time in the future.",
    "Q304": "A time that happened twice (end of daylight saving) and cannot be told apart.",
    "Q305": "A time that never was (start of daylight saving).",
    "Q306": "A container stopped before it started.",
    "Q307": "A container never stopped.",
    "Q308": "A container stopped without having started.",
    "Q309": "A container has several different stamps of one kind.",
    "Q311": "A container with stamps never got an event file.",
    "Q312": "An event file belongs to no container in the logs.",
    "Q313": "A container id is not one.",
    "Q314": "An event file ends in the middle of a record.",
    "Q315": "An event file is damaged inside; what stands before and after is kept.",
    "Q316": "No regular file, a link, or larger than any log should be: never opened.",
    "Q317": "A file or folder cannot be read.",
    "Q319": "A step is beyond 2^53 in size.",
    "Q320": "The name of a tag is too long or holds control characters.",
    "Q321": "A file of an accepted folder was rewritten, cut, removed or cannot be read: what was read before stays.",
    "Q322": "A configuration file cannot be understood.",
    "Q323": "A row or cell of a result file has another form.",
    "Q324": "A result file lacks rows, or a column or key that the study names.",
    "Q325": "A result file cannot be understood.",
    "Q326": "The pattern of a source reads a path in more than one way.",
    "Q327": "The levels of a folder cannot be told: two rows that differ, or none that ever came.",
    "Q328": "A folder holds byte for byte what another one holds: a copy, which is not loaded.",
}


def frame(findings: Iterable[Finding]) -> pl.DataFrame:
    """Findings as rows of SCHEMA."""
    return pl.DataFrame(list(findings), schema=SCHEMA, orient="row")
