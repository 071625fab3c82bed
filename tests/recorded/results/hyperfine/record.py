"""Record hyperfine 1.15.0 (Debian's package): python record.py, with hyperfine, gzip and seq on PATH."""

import csv
import json
import shutil
import subprocess
from pathlib import Path

HERE = Path(__file__).parent
LEVELS = ["--parameter-list", "level", "1,9", "--parameter-list", "lines", "2000,20000"]
COMMAND = "seq {lines} | gzip -{level}"


def session(folder: Path, name: str, runs: str) -> list[dict[str, str]]:
    """One call of hyperfine; its own CSV is what the JSON is held against."""
    folder.mkdir(parents=True, exist_ok=True)
    table = HERE / "table.csv"
    options = [
        "--runs",
        runs,
        "--warmup",
        "1",
        "--export-json",
        str(folder / name),
        "--export-csv",
        str(table),
    ]
    subprocess.run(["hyperfine", *LEVELS, *options, COMMAND], check=True, capture_output=True)
    with table.open() as file:
        rows = list(csv.DictReader(file))
    table.unlink()
    return rows


def write(path: Path, rows: list[dict[str, object]]) -> None:
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def main() -> None:
    for case in ("sessions", "timings"):
        shutil.rmtree(HERE / case / "logs", ignore_errors=True)
    rows = []
    for replicate in (1, 2):
        for row in session(HERE / "sessions" / "logs", f"session-{replicate}.json", "3"):
            levels = {"level": row["parameter_level"], "lines": row["parameter_lines"]}
            rows.append({**levels, "replicate": replicate, "Mean": row["mean"], "User": row["user"]})
    write(HERE / "sessions" / "expected.csv", rows)

    rows = []
    table = session(HERE / "timings" / "logs", "times.json", "2")
    results = json.loads((HERE / "timings" / "logs" / "times.json").read_text())["results"]
    for row, result in zip(table, results, strict=True):
        assert abs(sum(result["times"]) / 2 - float(row["mean"])) < 1e-12
        for replicate, seconds in enumerate(result["times"], 1):
            levels = {"level": row["parameter_level"], "lines": row["parameter_lines"]}
            rows.append({**levels, "replicate": replicate, "Seconds": repr(seconds)})
    write(HERE / "timings" / "expected.csv", rows)


main()
