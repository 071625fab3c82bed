#!/usr/bin/env bash
# Most would guess that bw_bytes and iops in fio's JSON have the resolution of their many digits.
# They are divided by runtime in whole milliseconds: short jobs on fast devices give the same bandwidth to all digits, or
# jump by a fifth, while clat_ns of the same jobs differs in every replicate.
# Replicates without spread make an error term of zero and every effect significant.
set -euo pipefail
command -v fio > /dev/null || { echo "needs fio (Debian's package; seen with 3.33)"; exit 3; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
for replicate in 1 2 3 4 5 6 7 8; do
  fio --name=job --rw=read --bs=64k --size=8m --filename=data --ioengine=psync --output-format=json --output="$replicate.json"
done
python3 - <<'PROGRAM'
import json
from pathlib import Path

runs = [json.loads(path.read_text()) for path in sorted(Path().glob("*.json"))]
reads = [run["jobs"][0]["read"] for run in runs]
print(runs[0]["fio version"])
print("runtime, ms", [read["runtime"] for read in reads], "bw_bytes", [read["bw_bytes"] for read in reads])
print("latency, ns", [read["clat_ns"]["mean"] for read in reads])
assert all(read["bw_bytes"] == read["io_bytes"] * 1000 // read["runtime"] for read in reads)
assert len({read["bw_bytes"] for read in reads}) < len(reads) == len({read["clat_ns"]["mean"] for read in reads})
PROGRAM
