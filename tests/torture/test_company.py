"""Nights in company: another night at the same time, and readers who never let go."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.torture.conftest import Place
from tests.torture.folders import write_small_folder
from tests.torture.published import check_whole

ROOT = Path(__file__).parents[2]


def test_of_two_nights_at_once_one_publishes_and_one_leaves(
    place: Place, figures: dict[str, str], is_full: bool
) -> None:
    pairs = 50 if is_full else 5
    for pair in range(pairs):
        write_small_folder(place.logs, f"1_p{pair}")
        before = place.house.current_version()
        both = [place.server.wait(pid) for pid in [place.begin(is_bare=not is_full) for _ in range(2)]]
        left = [ended for ended in both if ended.error]
        assert [ended.error for ended in left] == ["HouseHeldError"], both
        assert "held by" in left[0].message  # its number, once it has been written
        assert place.house.current_version() != before
        assert check_whole(place.house)
    assert len(place.house.all_versions()) <= 7
    figures["two nights at once"] = f"{pairs} pairs: {pairs} published, {pairs} left cleanly"


def start_reader(house: Path, way: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.torture.reader", str(house), way]
    reader = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert reader.stdout
    assert reader.stdout.readline() == "ready\n"
    return reader


def end(reader: subprocess.Popen[str]) -> dict[str, Any]:
    answer, _ = reader.communicate("\n")
    said: dict[str, Any] = json.loads(answer)
    return said


def test_readers_see_whole_versions_only_and_never_stop_a_night(
    place: Place, figures: dict[str, str], is_full: bool
) -> None:
    nights = 50 if is_full else 11  # so that the version that is held is pruned meanwhile
    assert not place.night(is_bare=not is_full).error
    holder, poller = (start_reader(place.house.root, way) for way in ("hold", "poll"))
    for number in range(nights):
        write_small_folder(place.logs, f"2_r{number}")
        ended = place.night(is_bare=not is_full)
        assert not ended.error, ended
    held, polled = end(holder), end(poller)
    assert held["troubles"] == polled["troubles"] == []
    assert held["reads"] and polled["versions"] > nights / 2
    figures["readers through nights"] = (
        f"{nights} nights published under 2 readers: {polled['reads']} opens saw {polled['versions']} versions, "
        f"{held['reads']} reads of a held one always the same, 0 errors"
    )
