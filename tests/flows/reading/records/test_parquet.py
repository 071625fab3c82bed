"""Parquet as text, whatever its types; damage never ends the process."""

import datetime as dt
import io
import random
import resource

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from flows.reading.records.rows import Records, Shape, read_records

MONDAY = dt.datetime(2026, 3, 2, 8, 0, 0, 123456)
FRAME = pl.DataFrame(
    {
        "lr": [0.1, 64.0, 1e-7, float("nan"), float("-inf"), None],
        "bs": [1, 2, 3, 4, 5, 6],
        "name": ["a", " b ", "NA", "None", "-", ""],
        "start": [MONDAY] * 6,
        "ok": [True, False] * 3,
        "settings": [{"optim": {"a b": float(i)}} for i in range(6)],
        "times": [[1.0]] * 6,
    }
).with_columns(
    float32=pl.col("lr").cast(pl.Float32),
    zoned=pl.col("start").dt.replace_time_zone("Europe/Amsterdam"),
    day=pl.col("start").dt.date(),
    price=pl.col("bs").cast(pl.Decimal(10, 2)),
    kind=pl.col("name").cast(pl.Categorical),
)


def parquet(frame: pl.DataFrame = FRAME) -> bytes:
    file = io.BytesIO()
    frame.write_parquet(file)
    return file.getvalue()


def read(content: bytes, *wanted: str, **shape: object) -> Records:
    return read_records(content, "x.parquet", wanted, Shape(**shape))  # type: ignore[arg-type]


def test_every_type_is_text() -> None:
    records = read(
        parquet(), "lr", "bs", "name", "ok", "day", "price", "zoned", 'settings.optim."a b"', "kind"
    )
    assert records.problems == ()
    assert records.frame.head(2).rows() == [
        (
            1,
            1,
            1,
            "0.1",
            "1",
            "a",
            "true",
            "2026-03-02",
            "1.00",
            "2026-03-02 08:00:00.123456+01:00",
            "0.0",
            "a",
        ),
        (
            2,
            2,
            1,
            "64.0",
            "2",
            "b",
            "false",
            "2026-03-02",
            "2.00",
            "2026-03-02 08:00:00.123456+01:00",
            "1.0",
            "b",
        ),
    ]
    assert records.frame["lr"].to_list() == ["0.1", "64.0", "1e-7", "nan", "-inf", None]
    assert records.frame["name"].to_list() == ["a", "b", None, None, None, None]
    assert 'settings.optim."a b"' in records.columns


def test_a_response_of_single_precision_is_its_exact_value_and_a_level_is_as_it_was_set() -> None:
    content = parquet()
    assert float(read(content, "float32").frame["float32"][0]) == float(np.float32(0.1))
    level = read_records(content, "x.parquet", ["float32"], literal=["float32"])
    assert level.frame["float32"][0] == "0.1"


def test_rows_are_chosen_as_in_every_table() -> None:
    assert read(parquet(), "lr", where={"bs": "2.0"}).frame.rows() == [(2, 2, 1, "64.0")]
    assert read(parquet(), "bs", where={"lr": "*"}, take="last").frame.rows() == [(5, 5, 1, "5")]


def test_columns_that_are_missing_or_no_single_values_are_told() -> None:
    records = read(parquet(), "times", "accuracy")
    assert [(problem.code, problem.expected) for problem in records.problems] == [
        ("Q324", "the column 'accuracy'"), ("Q323", "a type of single values")
    ]  # fmt: skip
    assert records.frame["times"].null_count() == 6


def test_what_arrow_itself_writes_is_read() -> None:
    table = pa.table(
        {"a.b": pa.array([1, None], pa.int16()), "t": pa.array([1, 2], pa.timestamp("ns", "UTC"))}
    )
    file = io.BytesIO()
    pq.write_table(table, file)
    assert read(file.getvalue(), "a.b", "t").frame.rows() == [
        (1, 1, 1, "1", "1970-01-01 00:00:00.000000001+00:00"), (2, 2, 1, None, "1970-01-01 00:00:00.000000002+00:00")
    ]  # fmt: skip


def test_columns_that_unpack_to_gigabytes_are_refused() -> None:
    zeros = pa.table({"a": pa.nulls(40_000_000, pa.int8()), "b": pa.nulls(40_000_000, pa.int8())})
    file = io.BytesIO()
    pq.write_table(zeros, file, compression="zstd")
    assert len(file.getvalue()) < 1_000_000
    [problem] = read(file.getvalue(), "a").problems
    assert (problem.code, problem.found) == ("Q316", "40,000,000 rows of 1 columns")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    long = pa.table(
        {"a": pa.DictionaryArray.from_arrays(pa.array([0] * 10_000, pa.int32()), ["x" * 100_000])}
    )
    file = io.BytesIO()
    pq.write_table(long, file)
    assert len(file.getvalue()) < 1_000_000
    [problem] = read(file.getvalue(), "a").problems
    assert (problem.code, problem.found) == ("Q316", "1,000,000,000 bytes of text")
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000  # kB


def test_no_damage_raises_or_ends_the_process() -> None:
    content, dice = parquet(), random.Random(15)
    wanted = ("lr", "bs", "name", "zoned", 'settings.optim."a b"', "kind", "times")
    for _ in range(1_000):
        damaged = bytearray(content)
        for _ in range(dice.randint(1, 5)):
            damaged[dice.randrange(len(damaged))] = dice.randrange(256)
        records = read(bytes(damaged), *wanted)
        assert records.frame.columns[3:] == list(wanted)
    for length in range(0, len(content), 97):
        assert [problem.code for problem in read(content[:length], "lr").problems] == ["Q325"]
