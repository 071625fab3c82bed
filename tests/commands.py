"""The console script `doehouse`, run as people run it."""

import subprocess
import sys
from pathlib import Path

DOEHOUSE = Path(sys.executable).with_name("doehouse")

LOADED = """
import sys
sys.argv = ["doehouse", *sys.argv[1:]]
from flows.commands.app import main
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


def modules_of(*words: object) -> set[str]:
    """The top-level modules that are loaded when a command has ended well."""
    command = [sys.executable, "-c", LOADED, *map(str, words)]
    ended = subprocess.run(command, capture_output=True, text=True, check=True)
    *_, code, names = ended.stderr.splitlines()
    assert code == "exit code 0", ended.stderr
    return set(names.split())
