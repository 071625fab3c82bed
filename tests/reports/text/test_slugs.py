"""File names of pages come from names that users choose."""

from hypothesis import given
from hypothesis import strategies as st

from reports.text.slugs import RESERVED, slug


def test_a_plain_name_stays_as_it_is() -> None:
    assert [slug(name) for name in ("Accuracy", "exp_11", "fltk_2_4_1")] == [
        "Accuracy",
        "exp_11",
        "fltk_2_4_1",
    ]


@given(st.text(min_size=1))
def test_every_name_becomes_a_safe_file_name(name: str) -> None:
    made = slug(name)
    assert made.isascii()
    assert made.replace("-", "").replace("_", "").isalnum()
    assert made.lower() not in RESERVED
    assert len(made) <= 80


@given(st.text(), st.text())
def test_two_names_never_share_a_file(one: str, other: str) -> None:
    assert (slug(one) == slug(other)) == (one == other)


def test_no_name_leaves_the_site() -> None:
    assert not {".", "/", "\\"} & set("".join(map(slug, ["../../etc/passwd", "a/b", "C:\\x", ".hidden"])))
