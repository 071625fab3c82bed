"""Takes the stamps of containers out of the logs of their pods, where nobody wrote start.log and stop.log."""

import re
from pathlib import PurePosixPath

from flows.reading.stamps.lines import Event, StampFile

_UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_POD = re.compile(r"trainjob-(?P<id>.+)-master-0\.log")
_NODE = re.compile(r"node.*\.txt")
_SERVER = "fl-server.log"
_ID = re.compile(rf"trainjob-(?P<job>{_UUID})|(?P<any>{_UUID})", re.IGNORECASE)
_LINE = re.compile(r"(?P<stamp>\d\d-\d\d-\d{4} \d\d:\d\d:\d\d) \S+ \S+ .*", re.ASCII)
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
    for number, line in enumerate(content.decode("utf-8", "backslashreplace").split("\n"), 1):
        event = next((event for message, event in messages.items() if message in line), None)
        container = pod["id"] if pod else _id_in(line)
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


def _id_in(line: str) -> str | None:
    found = _ID.search(line)
    return (found["job"] or found["any"]) if found else None
