"""What a source cannot say is refused with what can be said."""

import pytest
from pydantic import ValidationError

from models.declared.source import Source


@pytest.mark.parametrize(
    ("keys", "sentence"),
    [
        ({"encoding": "cp9999"}, "expected an encoding such as 'cp1252'"),
        ({"encoding": "rot13"}, "expected an encoding such as 'cp1252'"),
        ({"dates": "%d.%m. %H:%M"}, "expected day, month and year such as '%d.%m.%Y %H:%M:%S'"),
        ({"dates": "%d.%m.%Y %Q"}, "expected day, month and year such as '%d.%m.%Y %H:%M:%S'"),
        ({"names": "$file", "values": "2"}, "Declare a study for each table"),
        ({"levels": {"file": "a.json", "folder": "params"}}, "found file and folder, expected one place"),
        ({"levels": {"file": ["a.json", "*.json"]}}, "found '*.json', expected the path of one file"),
        ({"levels": {"folder": "../../params/*"}}, "expected the path of one file"),
    ],
)
def test_what_cannot_be_is_refused(keys: dict[str, object], sentence: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Source.model_validate({"table": "results.csv", **keys})
    assert sentence in str(refused.value)


@pytest.mark.parametrize(
    ("pattern", "is_events"),
    [
        ("*/events.*", True),
        ("{lr}/**", True),
        ("runs/*-c-{c}-*", True),
        ("events.out.tfevents.*.v2", True),
        ("{lr}/training.log", False),
        ("{lr}_{replicate}.jtl", False),
        ("{lr}/metrics.csv.gz", False),
    ],
)
def test_the_ending_of_a_pattern_says_whether_files_hold_events(pattern: str, is_events: bool) -> None:
    assert Source(files=pattern).is_event_files is is_events


@pytest.mark.parametrize(
    ("pattern", "name", "is_read"),
    [
        ("{lr}/training.log", "training.log", True),
        ("{lr}/*", "notes.log", False),
        ("{lr}/*", "metrics.csv", True),
        ("{lr}/{replicate}", "7", False),
    ],
)
def test_a_pattern_without_an_ending_claims_what_is_known_as_results(
    pattern: str,
    name: str,
    is_read: bool,
) -> None:
    assert Source(files=pattern).is_result_file(name) is is_read
    assert Source(files=pattern, separator=" ").is_result_file(name)
