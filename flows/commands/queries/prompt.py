"""The prompt of `doehouse sql`: queries with history and completion."""

import os
import sys
from pathlib import Path
from textwrap import wrap
from typing import Any

from flows.commands.queries.ad_hoc import show
from flows.house.current import published
from flows.house.house import House
from flows.warehouse.warehouse import QueryError, Warehouse, examples, grain, open_published

HELP = """\
.tables            relations with their comments
.describe NAME     columns of a relation with their comments
.help              this, and the five most useful queries
.quit              leave (or Ctrl-D)
Anything else is SQL and ends with a semicolon."""
LINE = 116
ASK, MORE = "doehouse> ", "     ...> "
# What other prompts understand without a dot.
WORDS = {"help": ".help", "exit": ".quit", "quit": ".quit", "?": ".help"}


def list_relations(warehouse: Warehouse) -> None:
    """Each with its comment, what a row of it stands for, and its columns."""
    relations = warehouse.rows("ad_hoc/relations")
    width = max(len(name) for name, _, _ in relations)
    for name, comment, columns in relations:
        print(f"  {name:<{width}}  {comment or ''} A row: {grain(name)}.")
        for line in wrap(", ".join(columns), LINE - width):
            print(f"  {'':<{width}}    {line}")


def prompt(house: House) -> int:
    """List the relations, then answer queries until the end of input."""
    path = published(house)
    with open_published(path, is_locked=True) as warehouse:
        print(f"{path} (read-only)")
        list_relations(warehouse)
        print(".help for help")
        ask = (
            reader([name for (name,) in warehouse.rows("ad_hoc/names")])
            if sys.stdin.isatty()
            else lambda _: input()
        )
        pending = ""
        while True:
            try:
                line = ask(MORE if pending else ASK)
            except EOFError:
                return 0
            except KeyboardInterrupt:
                pending = ""
                continue
            said = WORDS.get(line.strip().rstrip(";").lower(), line.strip())
            if not pending and said.startswith("."):
                if not command(warehouse, said.split()):
                    return 0
                continue
            pending = f"{pending}\n{line}" if pending else line
            if pending.rstrip().endswith(";"):
                run(warehouse, pending)
                pending = ""


def order(house: House, words: str) -> int:
    """Carry out one dot command, typed where a query would be."""
    with open_published(published(house), is_locked=True) as warehouse:
        command(warehouse, words.split())
    return 0


def command(warehouse: Warehouse, words: list[str]) -> bool:
    """Carry out a dot command; False ends the prompt."""
    match words:
        case [".quit" | ".exit" | ".q", *_]:
            return False
        case [".tables", *_]:
            list_relations(warehouse)
        case [".describe", name]:
            columns = warehouse.rows("ad_hoc/columns", relation=name.rstrip(";"))
            if not columns:
                print(f"found no relation {name}, expected one of those that .tables lists")
            for column, kind, comment in columns:
                print(f"  {column:<24} {kind:<12} {comment or ''}")
        case [".help", *_]:
            print(HELP)
            for what, query in examples():
                print(f"\n-- {what}\n{query}")
        case _:
            print(f"found {words[0]}, expected .tables, .describe NAME, .help or .quit")
    return True


def run(warehouse: Warehouse, script: str) -> None:
    try:
        for query in warehouse.statements(script):
            show(warehouse, query, "table")
    except QueryError as error:
        print(error, file=sys.stderr)


def reader(names: list[str]) -> Any:
    """A line editor with history and completion of relation and column names."""
    from prompt_toolkit import PromptSession
    from prompt_toolkit.completion import WordCompleter
    from prompt_toolkit.history import FileHistory

    state = Path(os.environ.get("XDG_STATE_HOME", Path.home() / ".local" / "state")) / "doehouse"
    state.mkdir(parents=True, exist_ok=True)
    session: PromptSession[str] = PromptSession(
        history=FileHistory(str(state / "history")),
        completer=WordCompleter(names, ignore_case=True),
    )
    return session.prompt
