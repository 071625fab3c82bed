"""What a night says: a cause that many share is told once, with how many."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from flows.messages import summarise
from flows.night import Order, night, plainly
from models.wording import cause_of
from tests.layouts import observed

NOW = datetime(2027, 9, 1, tzinfo=UTC)
STUDY = """
name = "loss"
[factors]
lr = ["0.1", "0.01"]
bs = ["32", "128"]
[source]
files = "lr={lr}_bs={bs}_{replicate}.json"
[responses.Loss]
key = "loss"
"""


@pytest.fixture
def order(tmp_path: Path) -> Order:
    """Twelve runs, of which eight hold a text where a number belongs."""
    order = Order(tmp_path / "logs", tmp_path / "studies", tmp_path / "house")
    for folder in (order.logs, order.studies):
        folder.mkdir()
    (order.studies / "loss.toml").write_text(STUDY)
    for each in observed({"lr": ["0.1", "0.01"], "bs": ["32", "128"]}, 3):
        name = f"lr={each.levels['lr']}_bs={each.levels['bs']}_{each.replicate}.json"
        loss = each.accuracy if each.replicate == 1 else f"about {each.number}"
        (order.logs / name).write_text(json.dumps({"loss": loss}))
    return order


def test_a_cause_that_eight_runs_share_is_told_once_with_their_number(order: Order) -> None:
    summary = night(order, NOW, plainly)
    assert len([each for each in summary.quarantine if each["code"] == "Q323"]) == 8
    told = [line for line in summarise(summary).splitlines() if "Q323" in line]
    assert len(told) == 1 and told[0].endswith("(and 7 more like it)")
    page = (order.house / "site" / "quality.html").read_text()
    assert page.count("expected a number.") == 1 and "and 7 more like it" in page


def test_reasons_of_one_cause_differ_in_names_places_and_numbers_only() -> None:
    one = "lr=0.1/run.json:3: found 'about 7' in loss, expected a number. Correct the cell."
    other = "lr=0.01/b/run.json:12: found 'about 12' in loss, expected a number. Correct the cell."
    another = "lr=0.1/run.json:3: found 'about 7' in time, expected a number. Correct the cell."
    assert cause_of(one) == cause_of(other) != cause_of(another)
    assert cause_of("red: found nothing", ["red"]) == cause_of("blue: found nothing", ["blue"])
