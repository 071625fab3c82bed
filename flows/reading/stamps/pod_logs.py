"""Takes the stamps of containers out of the logs of their pods, where nobody wrote start.log and stop.log."""

import re
from collections.abc import Collection, Sequence
from pathlib import PurePosixPath

from flows.reading.stamps.lines import Event, StampFile

_UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_POD = re.compile(r"trainjob-(?P<id>.+)-master-0\.log")
_NODE = re.compile(r"node.*\.txt")
_SERVER = "fl-server.log"
_ID = re.compile(rf"trainjob-(?P<job>{_UUID})|(?P<any>{_UUID})", re.IGNORECASE)
_ISO = r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?"
_RUNTIME = (
    rf"(?:{_ISO} (?:std(?:out|err) [FP] )?)??"  # what `kubectl logs --timestamps` and the runtime put before
)
_LINE = re.compile(rf"{_RUNTIME}(?P<stamp>\d\d-\d\d-\d{{4}} \d\d:\d\d:\d\d|{_ISO}) \S+ .*", re.ASCII)
_OF_POD: dict[str, Event] = {"Preparing learner model": "start", "Stopping client": "stop"}
_OF_SERVER: dict[str, Event] = {"has been created": "create"}


def read_pod_logs(folder: str, path: str, content: bytes) -> list[StampFile]:
    """The lines of a pod's log that are stamps, in the form of start.log, stop.log and create.log.

    Logs of pods (`trainjob-<id>-master-0.log`) and nodes (`node*.txt`) say when a job starts and stops, that of
    the server (`fl-server.log`) when it was created. A line is `MM-DD-YYYY HH:MM:SS <logger> <LEVEL> <message>`;
    the container's id is in the name of a pod's log, otherwise in the line.
    """
    name = PurePosixPath(path).name
    pod = _POD.fullmatch(name)
    if not pod and not _NODE.fullmatch(name) and name != _SERVER:
        return []
    messages = _OF_SERVER if name == _SERVER else _OF_POD
    if not any(message.encode() in content for message in messages):
        return []
    found: dict[Event, list[tuple[int, str]]] = {}
    text_lines = content.decode("utf-8", "backslashreplace").split("\n")
    # A job that ends need not say its name again, where the log tells of one only.
    named = {one for line in text_lines if (one := _id_in(line))} if name != _SERVER and not pod else set()
    only = named.pop() if len(named) == 1 else None
    for number, line in enumerate(text_lines, 1):
        event = next((event for message, event in messages.items() if message in line), None)
        container = pod["id"] if pod else _id_in(line) or only
        # The server creates more than jobs; a job that starts without an id is named as a line of another form.
        if event and (container or event != "create"):
            stamp = _LINE.match(line)
            text = f"{stamp['stamp']} {container}" if stamp and container else line.strip()
            found.setdefault(event, []).append((number, text))
    return [
        StampFile(
            folder,
            event,
            path,
            "".join(f"{text}\n" for _, text in lines).encode(),
            tuple(number for number, _ in lines),
        )
        for event, lines in found.items()
    ]


def told_by_several(files: Sequence[StampFile]) -> list[StampFile]:
    """One job that runs on several nodes is told by the log of each: it starts with the first and stops with the last."""
    lines = [
        (file.event, text.rpartition(" ")[2], _moment(text), place, number)
        for place, file in enumerate(files)
        for number, text in enumerate(file.content.decode().splitlines())
        if " " in text
    ]
    doubled: dict[tuple[Event, str], dict[int, list[tuple[str, int]]]] = {}
    for event, container, moment, place, number in lines:
        doubled.setdefault((event, container), {}).setdefault(place, []).append((moment, number))
    left_out: set[tuple[int, int]] = set()
    for (event, _), told in doubled.items():
        # Several lines of one log are attempts, which `restarts` of the study is about.
        if len(told) < 2 or any(len(each) > 1 for each in told.values()):
            continue
        kept = (max if event == "stop" else min)(told, key=lambda place: told[place][0])
        left_out |= {(place, told[place][0][1]) for place in told if place != kept}
    return [
        _without(file, {number for at, number in left_out if at == place}) for place, file in enumerate(files)
    ]


def _without(file: StampFile, left_out: Collection[int]) -> StampFile:
    if not left_out:
        return file
    kept = [place for place in range(len(file.lines or ())) if place not in left_out]
    texts = file.content.decode().splitlines(keepends=True)
    return file._replace(
        content="".join(texts[place] for place in kept).encode(),
        lines=tuple((file.lines or ())[place] for place in kept),
    )


def _moment(text: str) -> str:
    """A stamp so that texts sort as times: the year first."""
    stamp = text.rpartition(" ")[0]
    return f"{stamp[6:10]}-{stamp[:5]}{stamp[10:]}" if stamp[2:3] == "-" else stamp.replace("T", " ")


def _id_in(line: str) -> str | None:
    found = _ID.search(line)
    return (found["job"] or found["any"]) if found else None
