#!/usr/bin/env bash
# Most would guess that a file which DuckDB 2.0 wrote with storage_compatibility_version v1.5.0 is read by 1.5.5: its
# tables are, and most of its views.
# 1.5 turns if(a, b, c) into a CASE when it parses; 2.0 keeps the call and writes the view as "if"(a, b, c), quoted, which
# 1.5 takes for a function that it does not have. The view is listed and described, and fails when it is asked.
# A colleague with an older client sees a warehouse in which one view is broken; CASE WHEN works in both.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
for version in 2.0.0 1.5.5; do
  python3 -m venv "$folder/$version"
  "$folder/$version/bin/pip" install -qq --disable-pip-version-check "duckdb==$version" pytz==2026.2
done
cd "$folder"
2.0.0/bin/python - <<'PROGRAM'
import duckdb

with duckdb.connect("house.duckdb", config={"storage_compatibility_version": "v1.5.0"}) as house:
    house.execute("create view loss as select if(i > 1, log10(i), i) as value from range(3) as t(i)")
    house.execute("create view gain as select case when i > 1 then log10(i) else i end as value from range(3) as t(i)")
    print("written by", duckdb.__version__, house.execute("select sql from duckdb_views() where view_name = 'loss'").fetchall())
    assert house.execute("from loss").fetchall() == house.execute("from gain").fetchall()
PROGRAM
1.5.5/bin/python - <<'PROGRAM'
import duckdb

with duckdb.connect("house.duckdb", read_only=True) as house:
    assert len(house.execute("from gain").fetchall()) == 3
    names = [name for (name,) in house.execute("select view_name from duckdb_views() where not internal").fetchall()]
    assert sorted(names) == ["gain", "loss"]
    try:
        house.execute("from loss").fetchall()
    except duckdb.CatalogException as error:
        print("read by", duckdb.__version__, "loss:", str(error).splitlines()[0])
        assert "Scalar Function with name if does not exist" in str(error)
    else:
        raise SystemExit("the view is read now")
PROGRAM
