"""The one door to DuckDB: opens the warehouse, applies `sql/` and hands data frames to the other rooms."""

import contextlib
import hashlib
import io
import itertools
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from flows.house.errors import HouseError

if TYPE_CHECKING:
    import polars as pl

QueryError = duckdb.Error

SQL = Path(__file__).parents[2] / "sql"

# In the order in which they build on each other; a test holds the lists and the folders together.
MACROS = (
    "t975",
    "mean_of",
    "sd_of",
    "standard_error",
    "ci95_low",
    "ci95_high",
    "quoted_name",
    "quoted_text",
    "as_logged",
)
VIEWS = (
    "runs",
    "container_times",
    "metrics",
    "final_metrics",
    "measurements",
    "observations",
    "results",
    "treatment_means",
    "level_means",
    "response_summaries",
    "run_differences",
    "sign_table",
    "effects",
    "anova_rows",
    "effects_sql",
    "quarantine",
    "promises_now",
    "study_views",
)

# DuckDB 1.5 can read what 2.0 writes so: colleagues' own clients keep working.
STORAGE: dict[str, Any] = {"storage_compatibility_version": "v1.5.0"}


STREAMED_MIB = 64  # for each thread: a row group in the making and what is read for it, several times over
ANSWERED_MIB = 80  # for each thread: the same, and what a query groups
PASSED_MIB = 40  # for each thread: what is read once, and what of it a query groups before it spills to disk


class Warehouse:
    """An open warehouse. Statements are files of `sql/`, named by their path without the ending."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection

    def run(self, name: str, **values: Any) -> None:
        """Execute every statement of a file; each is given those of the values that it names."""
        for statement in self.connection.extract_statements(text(name)):
            given = {key: values[key] for key in statement.named_parameters}
            self.connection.execute(statement, given or None)

    def rows(self, name: str, **values: Any) -> list[tuple[Any, ...]]:
        """Rows of a file that holds one select."""
        return self.connection.execute(text(name), values or None).fetchall()

    def record(self, name: str, **values: Any) -> dict[str, Any]:
        """The only row of a select, by column."""
        cursor = self.connection.execute(text(name), values or None)
        columns = [column[0] for column in cursor.description or ()]
        (row,) = cursor.fetchall()
        return dict(zip(columns, row, strict=True))

    def frame(self, name: str, **values: Any) -> "pl.DataFrame":
        """The select of a file as a polars frame."""
        frame: pl.DataFrame = self.in_memory_it_needs(lambda: self.asked(name, values).pl())
        return frame

    def write_parquet(self, name: str, path: Path, **values: Any) -> None:
        """Write the rows of the select of a file as Parquet, a row group after another."""
        self.in_memory_it_needs(lambda: self.asked(name, values).write_parquet(str(path)))

    def asked(self, name: str, values: Mapping[str, Any]) -> Any:
        return self.connection.sql(text(name), params=dict(values) or None)

    def in_memory_it_needs(self, ask: Callable[[], Any]) -> Any:
        """Where little memory is kept and does not do: in twice as much, and so on, at last in whatever it takes."""
        try:
            return ask()
        except duckdb.OutOfMemoryException:
            ((little,),) = self.connection.execute("select current_setting('memory_limit')").fetchall()
            size, unit = little.split()
            for times in (2, 4, 8):
                self.connection.execute(f"set memory_limit = '{float(size) * times} {unit}'")
                with contextlib.suppress(duckdb.OutOfMemoryException):
                    found = ask()
                    break
            else:
                self.connection.execute("reset memory_limit")
                found = ask()
            with contextlib.suppress(duckdb.OutOfMemoryException):  # what it holds, it cannot let go yet
                self.connection.execute(f"set memory_limit = '{little}'")
            return found

    def append(self, table: str, frame: "pl.DataFrame") -> None:
        """Insert a frame by the names of its columns; those it lacks stay null."""
        if frame.is_empty():
            return
        self.connection.register("appended", frame.to_arrow())
        names = ", ".join(quoted(column) for column in frame.columns)
        self.connection.execute(f"insert into {quoted(table)} by name select {names} from appended")  # noqa: S608
        self.connection.unregister("appended")

    def arrow(self, query: str) -> Any:
        """The result of a query as an Arrow table."""
        return self.connection.sql(query).to_arrow_table()

    def relation(self, name: str) -> Any:
        """A whole table or view as an Arrow table."""
        return self.connection.table(quoted(name)).to_arrow_table()

    def box(self, query: str, most_rows: int, width: int) -> str:
        """The result of a query as a table drawn with lines, 32-bit floats as they were logged.

        A statement without a result draws nothing.
        """
        result: Any = self.connection.sql(query)
        if result is None:
            return ""
        result = as_logged(result)
        drawn = io.StringIO()
        with contextlib.redirect_stdout(drawn):
            result.show(max_rows=most_rows, max_width=width, null_value="null")
        return drawn.getvalue().rstrip("\n")

    def statements(self, script: str) -> list[str]:
        """The statements of a script, in their order. Raises QueryError where it is no SQL."""
        return [statement.query for statement in self.connection.extract_statements(script)]

    def stream(self, query: str) -> tuple[list[str], Iterator[tuple[Any, ...]]]:
        """Column names and rows of a query, fetched as they are read."""
        cursor = self.connection.execute(query)
        columns = [column[0] for column in cursor.description or ()]
        return columns, itertools.chain.from_iterable(iter(lambda: cursor.fetchmany(10_000), []))

    def scan(self) -> dict[str, int]:
        """Read every block of every table and bind every view; gives the rows of each table."""
        for (view,) in self.rows("night/views"):
            self.connection.execute(f"describe {quoted(view)}").fetchall()
        return self.scan_tables()

    def scan_tables(self) -> dict[str, int]:
        """Read every block of every table; gives the rows of each."""
        query = " union all ".join(
            f"select {literal(table)}, count(*), bit_xor(hash(t)) from {quoted(table)} as t"  # noqa: S608
            for table in tables()
        )
        return {table: rows for table, rows, _ in self.connection.execute(query).fetchall()}

    @contextmanager
    def attached(self, path: Path, name: str) -> Iterator[None]:
        """Another warehouse beside this one, read-only."""
        self.connection.execute(f"attach {literal(str(path.resolve()))} as {quoted(name)} (read_only)")
        try:
            yield
        finally:
            self.connection.execute(f"detach {quoted(name)}")

    def columns(self, table: str) -> list[str]:
        return [row[0] for row in self.connection.execute(f"describe {quoted(table)}").fetchall()]

    def read_parquet(self, table: str, path: Path) -> int:
        """Insert the rows of a Parquet file by the names of its columns, into a table that is made if it is not there;
        gives how many the table has then."""
        given = {"path": str(path)}
        if table in [name for (name,) in self.rows("night/tables")]:
            self.connection.execute(
                f"insert into {quoted(table)} by name select * from read_parquet($path)",  # noqa: S608
                given,
            )
        else:
            self.connection.execute(
                f"create table {quoted(table)} as select * from read_parquet($path)",  # noqa: S608
                given,
            )
        query = f"select count(*) from {quoted(table)}"  # noqa: S608
        ((rows,),) = self.connection.execute(query).fetchall()
        return int(rows)

    def forget_rows(self, table: str, studies: Sequence[str]) -> None:
        self.connection.execute(
            f"delete from {quoted(table)} where study in $studies",  # noqa: S608
            {"studies": list(studies)},
        )

    @contextmanager
    def transaction(self) -> Iterator[None]:
        self.connection.begin()
        try:
            yield
        except BaseException:
            self.connection.rollback()
            raise
        self.connection.commit()

    def rename_table(self, table: str, name: str) -> None:
        self.connection.execute(f"alter table {quoted(table)} rename to {quoted(name)}")

    def drop_table(self, table: str) -> None:
        self.connection.execute(f"drop table {quoted(table)}")

    def copy_rows(self, source: str, target: str, columns: Sequence[str]) -> None:
        names = ", ".join(map(quoted, columns))
        self.connection.execute(
            f"insert into {quoted(target)} by name select {names} from {quoted(source)}"  # noqa: S608
        )

    def keep_little(self, mebibytes: int = STREAMED_MIB) -> None:
        """Keep little of the file in memory, so much for each thread: what was read is let go again."""
        ((threads,),) = self.connection.execute("select current_setting('threads')").fetchall()
        self.connection.execute(f"set memory_limit = '{threads * mebibytes} MiB'")

    def make_tables(self) -> None:
        """Every table of `sql/tables`, empty."""
        for table in tables():
            self.run(f"tables/{table}")

    def drop_views(self, but: Collection[str] = ()) -> None:
        for (view,) in self.rows("night/views"):
            if view not in but:
                self.connection.execute(f"drop view if exists {quoted(view)}")

    def apply_views(self, are_ours: bool = False) -> None:
        """Derive every view anew: those of `sql/`, unless they are there already as `views_digest` says, and the wide
        one of each study."""
        self.drop_views(but=VIEWS if are_ours else ())
        if not are_ours:
            for name in MACROS:
                self.run(f"macros/{name}")
            for name in VIEWS:
                self.run(f"views/{name}")
        self.apply_study_views()

    def apply_study_views(self) -> None:
        meanings = {(study, column): told for study, column, told in self.rows("night/study_columns")}
        for study, statement in self.rows("night/study_views"):
            self.connection.execute(statement)
            comment = f"Study {study}: one row per container with its levels and responses."
            self.connection.execute(f"comment on view {quoted(study)} is {literal(comment)}")
            for column in self.columns(study):
                meaning = literal(meanings[study, column])
                self.connection.execute(f"comment on column {quoted(study)}.{quoted(column)} is {meaning}")


def as_logged(result: Any) -> Any:
    """A relation whose doubles show as they were logged; as it is where its house is too old to have the macro."""
    doubles = {name for name, kind in zip(result.columns, result.types, strict=True) if kind == "DOUBLE"}
    if not doubles or len(set(result.columns)) < len(result.columns):
        return result
    shown = (
        f"as_logged({quoted(name)}) as {quoted(name)}" if name in doubles else quoted(name)
        for name in result.columns
    )
    try:
        return result.project(", ".join(shown))
    except duckdb.CatalogException:
        return result


def connected(path: Path, **how: Any) -> duckdb.DuckDBPyConnection:
    """An open file. Raises HouseError where this DuckDB cannot read it: it is of a newer one, or no warehouse."""
    try:
        return duckdb.connect(path, **how)
    except duckdb.Error as error:
        raise HouseError(
            f"{path.resolve()}: cannot be opened by DuckDB {duckdb.__version__} ({str(error).splitlines()[0]}), expected a "
            "warehouse that this version or an older one wrote. Its manifest.json names the version that wrote it: "
            "install that one, go back with `doehouse rollback`, or restore a backup."
        ) from error


@contextmanager
def open_warehouse(path: Path) -> Iterator[Warehouse]:
    """Open a private copy for writing; it is made, with its tables, if it is not there. Checkpointed at the end."""
    is_new = not path.exists()
    with open_tables(path) as warehouse:
        if is_new:
            with warehouse.transaction():
                warehouse.make_tables()
                warehouse.apply_views()
        yield warehouse


@contextmanager
def open_tables(path: Path) -> Iterator[Warehouse]:
    """Open a private copy for writing, whatever tables it has. Checkpointed at the end."""
    with connected(path, config=STORAGE) as connection:
        connection.execute("set timezone = 'UTC'")
        yield Warehouse(connection)
        connection.execute("checkpoint")


@contextmanager
def kept_open(path: Path) -> Iterator[None]:
    """One DuckDB for every opening of a private copy meanwhile: to start one takes longer than most that it is asked."""
    with connected(path, config=STORAGE):
        yield


@contextmanager
def open_published(path: Path, is_locked: bool = False) -> Iterator[Warehouse]:
    """Open a published warehouse for reading; `is_locked` shuts off files, network and settings."""
    with connected(path, read_only=True) as connection:
        connection.execute("set timezone = 'UTC'")
        if is_locked:
            # In this order: what comes after the lock is refused.
            connection.execute("set autoinstall_known_extensions = false")
            connection.execute("set autoload_known_extensions = false")
            connection.execute("set enable_external_access = false")
            connection.execute("set lock_configuration = true")
        yield Warehouse(connection)


def tables() -> list[str]:
    return sorted(path.stem for path in (SQL / "tables").glob("*.sql"))


def schema_digest() -> str:
    """SHA-256 of the definitions of all tables: warehouses of another one are carried over."""
    return hashlib.sha256("\n".join(text(f"tables/{table}") for table in tables()).encode()).hexdigest()


def views_digest() -> str:
    """SHA-256 of the definitions of all macros and views, and of who reads them: a warehouse of the same has them."""
    names = [*(f"macros/{name}" for name in MACROS), *(f"views/{name}" for name in VIEWS)]
    return hashlib.sha256("\n".join([duckdb.__version__, *map(text, names)]).encode()).hexdigest()


def relations() -> frozenset[str]:
    """The names no study may take."""
    return frozenset(tables()) | frozenset(VIEWS)


@cache
def text(name: str) -> str:
    return (SQL / f"{name}.sql").read_text()


def grain(relation: str) -> str:
    """What a row of a table or view of `sql/` stands for; a study's own view has a row a container."""
    for kind in ("tables", "views"):
        if (SQL / kind / f"{relation}.sql").exists():
            return text(f"{kind}/{relation}").splitlines()[1].removeprefix("-- grain: ")
    return "container"


def examples() -> list[tuple[str, str]]:
    """The useful queries of `sql/examples`: what each answers, and the query."""
    found = []
    for path in sorted((SQL / "examples").glob("*.sql")):
        lines = path.read_text().splitlines()
        query = "\n".join(line for line in lines if not line.startswith("--")).strip()
        found.append((lines[0].removeprefix("-- "), query))
    return found


def quoted(name: str) -> str:
    """A name as an SQL identifier. Raises ValueError on a NUL, which DuckDB would take."""
    if "\0" in name:
        raise ValueError(f"found a NUL in the name {name!r}, expected text. Rename it.")
    return '"' + name.replace('"', '""') + '"'


def literal(content: str) -> str:
    """Text as an SQL string, for the statements that take no parameters."""
    return "'" + content.replace("'", "''") + "'"


def filled(name: str, values: Mapping[str, str]) -> str:
    """A select of `sql/` with its parameters written in, to be pasted into `doehouse sql`."""
    lines = [line for line in text(name).splitlines() if not line.startswith("--")]
    statement = "\n".join(lines).strip()
    for key, value in sorted(values.items(), key=lambda item: -len(item[0])):
        statement = statement.replace(f"${key}", literal(value))
    return statement
