#!/usr/bin/env bash
# Most would guess that "Median Response Time" in locust's summary is the median of what it measured, as its digits look.
# Times are kept in whole milliseconds (in tens above 100); a median that rounds below the smallest time is given as that
# time, with all its digits: a service that answers in 2.1 to 2.45 ms has the "median" 2.1 whatever its times are, 147 is 150.
# Factors that move a fast service by less than a millisecond show no effect on it, or that of the one fastest request.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check locust==2.47.0
cd "$folder"
"$folder/venv/bin/python" - <<'PROGRAM'
from importlib.metadata import version
from statistics import mean, median

from locust.stats import RequestStats

print("locust", version("locust"))
for times, said in (([2.1, 2.43, 2.44, 2.45, 2.45], 2.1), ([140.0, 146.0, 147.0, 148.0, 160.0], 150)):
    stats = RequestStats()
    for each in times:
        stats.log_request("GET", "/", each, 0)
    entry = stats.get("/", "GET")
    print("times", times, "median", median(times), "said", entry.median_response_time)
    assert entry.median_response_time == said != median(times)
    assert abs(entry.avg_response_time - mean(times)) < 1e-9  # the mean is of the times themselves
PROGRAM
