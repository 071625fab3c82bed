"""The console script `doehouse`, run as people run it, and its function within this process."""

import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterable, Mapping
from contextlib import chdir, redirect_stderr, redirect_stdout
from pathlib import Path
from tempfile import NamedTemporaryFile
from unittest import mock

from flows.commands.app import main

DOEHOUSE = Path(sys.executable).with_name("doehouse")

LOADED = """
import json, sys
from flows.commands.app import main
place, commands = sys.argv[1], json.loads(sys.argv[2])
with open(place, "w") as told:
    for words in commands:
        sys.argv = ["doehouse", *words]
        try:
            main()
        except SystemExit as ended:
            print(ended.code, *sorted({name.partition(".")[0] for name in sys.modules}), file=told)
"""


def doehouse(*words: object, given: str = "", **options: object) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, with `given` as its standard input."""
    return subprocess.run(
        [DOEHOUSE, *map(str, words)],
        input=given,
        capture_output=True,
        text=True,
        check=False,
        **options,  # type: ignore[call-overload]
    )


def doehouse_here(
    *words: object, env: Mapping[str, str] | None = None, cwd: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """The same in this process, whose libraries are loaded: for what a command does, however it was started."""
    out, err = (io.TextIOWrapper(io.BytesIO(), write_through=True) for _ in range(2))
    handlers = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)}
    code: object = None
    try:
        with (
            mock.patch.dict(os.environ, os.environ if env is None else env, clear=True),
            mock.patch.object(sys, "argv", ["doehouse", *map(str, words)]),
            chdir(cwd or "."),
            redirect_stdout(out),
            redirect_stderr(err),
        ):
            main()
    except SystemExit as ended:
        code = ended.code
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
    assert isinstance(code, int)
    told = (each.buffer.getvalue().decode() for each in (out, err))  # type: ignore[attr-defined]
    return subprocess.CompletedProcess(list(map(str, words)), code, *told)


def modules_of(*words: object) -> set[str]:
    """The top-level modules that are loaded when a command has ended well."""
    _, (loaded,) = modules_after(words)
    return loaded


def modules_after(*commands: Iterable[object]) -> tuple[subprocess.CompletedProcess[str], list[set[str]]]:
    """Those that are loaded after each of some commands, one after another in one process of their own, and what that
    process printed."""
    asked = json.dumps([list(map(str, words)) for words in commands])
    with NamedTemporaryFile("r") as told:
        command = [sys.executable, "-c", LOADED, told.name, asked]
        ended = subprocess.run(command, capture_output=True, text=True, check=False)
        codes, loaded = zip(*((line.split()[0], set(line.split()[1:])) for line in told), strict=True)
    assert set(codes) == {"0"} and ended.returncode == 0, ended.stderr
    return ended, list(loaded)
