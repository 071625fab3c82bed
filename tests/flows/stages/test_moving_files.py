"""Files that change between discovery and the end of the read."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import flows.reading.extract
from flows.night import Order
from tests.houses import ask, spend, verdicts
from tests.torture.conservation import check_conservation
from tests.torture.folders import event_file, write_least_study, write_small_folder


@pytest.fixture
def order(tmp_path: Path) -> Order:
    order = Order(tmp_path / "logs", tmp_path / "studies", tmp_path / "house")
    write_least_study(order.studies)
    for name in ("1_a", "2_a"):
        write_small_folder(order.logs, name)
    return order


def grow(path: Path) -> None:
    content = path.read_bytes()
    first_record = content[: int.from_bytes(content[:8], "little") + 16]
    path.write_bytes(content + first_record)


def add_a_stamp(path: Path) -> None:
    log = path.parents[3] / "stop.log"
    log.write_text(f"{log.read_text()}\n")


@pytest.mark.parametrize("change", [grow, add_a_stamp, Path.unlink])
def test_a_folder_with_a_file_that_moves_waits_for_the_next_night(
    order: Order, monkeypatch: pytest.MonkeyPatch, change: Callable[[Path], None]
) -> None:
    path = event_file(order.logs / "1_a")
    content = path.read_bytes()
    read = flows.reading.extract.read_events

    def read_then_change(*arguments: Any) -> Any:
        given = read(*arguments)
        change(path)
        return given

    with monkeypatch.context() as patched:
        patched.setattr(flows.reading.extract, "read_events", read_then_change)
        spend(order)
    assert verdicts(order) == {"1_a": "unfinished", "2_a": "accepted"}
    ((code, reason),) = ask(order, "select code, reason from findings where outcome = 'waiting'")
    assert code == "W204"
    assert "changed while it was read" in reason
    path.write_bytes(content)
    assert spend(order).night["folders_changed"] == 1
    assert set(verdicts(order).values()) == {"accepted"}
    check_conservation(order.house, order.logs)
