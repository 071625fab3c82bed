#!/usr/bin/env bash
# Most would guess that any whenever that Prefect's own bounds admit (0.10.5 to 0.11) gives it working schedules.
# Prefect 3.9.1 hands whenever a time with pendulum's zone on Python 3.11 and 3.12; whenever 0.10.5 takes zoneinfo's only,
# so every cron schedule raises, in every zone. The server writes an error into its log and makes no run; deploying says
# that all is well. Interval schedules work, and so does cron with whenever 0.11.0.
# A pipeline upgraded from Prefect 3.8 with its lock file kept (whenever 0.10.5) silently stops running every night.
set -euo pipefail
python3 -c 'import sys; assert sys.version_info < (3, 13), "on Python 3.13 Prefect does without pendulum: run it with 3.11 or 3.12"'
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
cat > "$folder/program.py" <<'PROGRAM'
import asyncio
import sys
from datetime import datetime, timedelta, timezone
from importlib.metadata import version

from prefect.server.schemas.schedules import CronSchedule, IntervalSchedule

print("python", sys.version.split()[0], "prefect", version("prefect"), "whenever", version("whenever"))
start = datetime(2026, 1, 1, tzinfo=timezone.utc)
interval = IntervalSchedule(interval=timedelta(days=1), anchor_date=start)
assert len(asyncio.run(interval.get_dates(2, start=start))) == 2
for zone in (None, "UTC", "Europe/Amsterdam", "America/New_York"):
    schedule = CronSchedule(cron="30 2 * * *", timezone=zone)
    try:
        said = str([str(date) for date in asyncio.run(schedule.get_dates(2, start=start))])
    except ValueError as error:
        said = f"ValueError: {error}"
    print(" cron in", zone, "->", said)
    assert said.startswith("ValueError: tzinfo must be of type ZoneInfo") == (sys.argv[1] == "raises"), said
PROGRAM
export PREFECT_HOME="$folder/home" DO_NOT_TRACK=1
"$folder/venv/bin/pip" install -qq --disable-pip-version-check prefect==3.9.1 whenever==0.10.5
"$folder/venv/bin/python" "$folder/program.py" raises
"$folder/venv/bin/pip" install -qq --disable-pip-version-check whenever==0.11.0
"$folder/venv/bin/python" "$folder/program.py" works
