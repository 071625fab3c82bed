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
from unittest import mock

from flows.commands.app import main

DOEHOUSE = Path(sys.executable).with_name("doehouse")

LOADED = """
import json, sys
from flows.commands.app import main
for words in json.loads(sys.argv[1]):
    sys.argv = ["doehouse", *words]
    try:
        main()
    except SystemExit as ended:
        print("exit code", ended.code, file=sys.stderr)
    print(*sorted({name.partition(".")[0] for name in sys.modules}), file=sys.stderr)
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
    (loaded,) = modules_after(words)
    return loaded


def modules_after(*commands: Iterable[object]) -> list[set[str]]:
    """Those that are loaded after each of some commands, one after another in one process of their own."""
    asked = json.dumps([list(map(str, words)) for words in commands])
    ended = subprocess.run([sys.executable, "-c", LOADED, asked], capture_output=True, text=True, check=True)
    told = ended.stderr.splitlines()
    codes = [place for place, line in enumerate(told) if line.startswith("exit code ")]
    assert {told[place] for place in codes} == {"exit code 0"}, ended.stderr
    return [set(told[place + 1].split()) for place in codes]
