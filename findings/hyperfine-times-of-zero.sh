#!/usr/bin/env bash
# Most would guess that times[] in hyperfine's JSON are the measured times of the command.
# The mean time of an empty shell is subtracted from each and what falls below is set to 0.0, unmarked: of a fast command
# many replicates are exactly zero, and mean and min are taken over them (with --shell=none nothing is subtracted).
# A logarithm of the response fails, and the fast level's mean and spread are those of the cut values.
set -euo pipefail
command -v hyperfine > /dev/null || { echo "needs hyperfine (Debian's package; seen with 1.15.0)"; exit 3; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
hyperfine --version
hyperfine --style none --runs 60 --export-json shell.json true > /dev/null 2>&1
hyperfine --style none --runs 60 --shell=none --export-json none.json true > /dev/null 2>&1
python3 - <<'PROGRAM'
import json
from pathlib import Path

seen = {}
for name in ("shell", "none"):
    result = json.loads(Path(f"{name}.json").read_text())["results"][0]
    seen[name] = sum(seconds == 0 for seconds in result["times"])
    print(f"{name}: {seen[name]} of {len(result['times'])} times are exactly 0.0, mean {result['mean']:.2e}, min {result['min']:.2e}")
assert seen["shell"] > 0 and seen["none"] == 0
PROGRAM
