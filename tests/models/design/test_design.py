"""Designs against what was printed of them: sign tables, alias tables and word-length patterns of the textbooks."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.confounding.confounding import LETTERS
from models.declared.study import Study, load_study
from models.design.design import Design

ROOT = Path(__file__).parents[3]
FLTK = ROOT / "models" / "studies" / "fltk_2_4_1.toml"
# The sign table that the notebook printed (`sign_table` of the published experiment).
PUBLISHED_SIGNS = [
    [-1, -1, -1, -1],
    [1, -1, -1, 1],
    [-1, 1, -1, 1],
    [1, 1, -1, -1],
    [-1, -1, 1, 1],
    [1, -1, 1, -1],
    [-1, 1, 1, -1],
    [1, 1, 1, 1],
]


def study(
    *generators: str, factors: int = 0, levels: dict[str, list[str]] | None = None, **more: object
) -> Study:
    """A study whose factors are called by their letters."""
    declared = levels or {letter: ["-", "+"] for letter in LETTERS[:factors]}
    return Study.model_validate(
        {
            "name": "s",
            "folders": "{run}",
            "factors": declared,
            "generators": list(generators),
            "responses": {"y": {"metric": "y"}},
            **more,
        }
    )


def named(letters: str) -> str:
    return ":".join(letters)


def test_the_published_design_is_reproduced() -> None:
    design = Design.of(load_study(FLTK))
    assert design.signs.tolist() == PUBLISHED_SIGNS
    assert design.defining_relation() == "I = ABCD"
    assert design.resolution == "IV"
    assert design.line() == "2^(4-1), I = ABCD, resolution IV, 8 runs × 4 containers"
    assert design.line({1, 2, 3, 4, 6, 7, 8}).endswith("8 runs × 4 containers, in progress: run 5 to come")
    assert design.aliases("CPU:Memory") == ("Network:Epochs",)
    assert design.aliases("Epochs") == ("CPU:Memory:Network",)


def test_the_sign_table_has_identity_factors_and_one_interaction_of_each_alias_set() -> None:
    table = Design.of(load_study(FLTK)).sign_table()
    assert table.columns == [
        "run", "I", "CPU", "Memory", "Network", "Epochs", "CPU:Memory", "CPU:Network", "Memory:Network",
    ]  # fmt: skip
    columns = table.drop("run").to_numpy()
    assert np.array_equal(columns.T @ columns, 8 * np.eye(8))
    assert np.array_equal(columns[:, 5], columns[:, 1] * columns[:, 2])


def test_a_factor_called_i_has_its_own_column_beside_the_identity() -> None:
    design = Design.of(study(levels={"I": ["0", "1"], "C": ["0", "1"]}))
    assert design.sign_table().columns == ["run", "I (mean)", "I", "C", "I:C"]


# Montgomery, Design and Analysis of Experiments: 2^(5-2) with D = AB, E = AC; 2^(6-2) with E = ABC, F = BCD
# (table 8.8); Box, Hunter and Hunter, Statistics for Experimenters: 2^(7-4) with D = AB, E = AC, F = BC, G = ABC.
MONTGOMERY_5_2 = """
A = BD = CE = ABCDE
B = AD = CDE = ABCE
C = AE = BDE = ABCD
D = AB = BCE = ACDE
E = AC = BCD = ABDE
BC = DE = ABE = ACD
BE = CD = ABC = ADE
"""
MONTGOMERY_6_2 = """
A = BCE = DEF = ABCDF
B = ACE = CDF = ABDEF
C = ABE = BDF = ACDEF
D = AEF = BCF = ABCDE
E = ABC = ADF = BCDEF
F = ADE = BCD = ABCEF
AB = CE = ACDF = BDEF
AC = BE = ABDF = CDEF
AD = EF = ABCF = BCDE
AE = BC = DF = ABCDEF
AF = DE = ABCD = BCEF
BD = CF = ABEF = ACDE
BF = CD = ABDE = ACEF
ABD = ACF = BEF = CDE
ABF = ACD = BDE = CEF
"""
BOX_HUNTER_HUNTER_7_4 = """
A = BD = CE = FG
B = AD = CF = EG
C = AE = BF = DG
D = AB = CG = EF
E = AC = BG = DF
F = AG = BC = DE
G = AF = BE = CD
"""


@pytest.mark.parametrize(
    ("factors", "generators", "relation", "resolution", "table", "longest"),
    [
        (5, ("D = AB", "E = AC"), "I = ABD = ACE = BCDE", "III", MONTGOMERY_5_2, None),
        (6, ("E = ABC", "F = BCD"), "I = ABCE = BCDF = ADEF", "IV", MONTGOMERY_6_2, None),
        (
            7,
            ("D = AB", "E = AC", "F = BC", "G = ABC"),
            "I = ABD = ACE = BCF = ABCG = BCDE = ACDF = CDG = ABEF = BEG = AFG = DEF = ADEG = BDFG = CEFG = ABCDEFG",
            "III",
            BOX_HUNTER_HUNTER_7_4,
            2,
        ),
    ],
)
def test_alias_tables_of_the_textbooks_are_reproduced(
    factors: int, generators: tuple[str, ...], relation: str, resolution: str, table: str, longest: int | None
) -> None:
    design = Design.of(study(*generators, factors=factors))
    assert design.defining_relation() == relation
    assert design.resolution == resolution
    for line in table.strip().splitlines():
        effects = [named(letters) for letters in line.split(" = ")]
        for effect in effects:
            assert set(design.aliases(effect, longest)) == set(effects) - {effect}
        assert design.aliases(effects[0], longest) == tuple(effects[1:])


# Chen, Sun and Wu, A catalogue of two-level and three-level fractional factorial designs with small runs (1993),
# with the generators of Montgomery's appendix: A3, A4, ...
@pytest.mark.parametrize(
    ("factors", "generators", "pattern"),
    [
        (3, "C=AB", (1,)),
        (4, "D=ABC", (0, 1)),
        (5, "E=ABCD", (0, 0, 1)),
        (5, "D=AB E=AC", (2, 1, 0)),
        (6, "F=ABCDE", (0, 0, 0, 1)),
        (6, "E=ABC F=BCD", (0, 3, 0, 0)),
        (6, "D=AB E=AC F=BC", (4, 3, 0, 0)),
        (7, "F=ABCD G=ABDE", (0, 1, 2, 0, 0)),
        (7, "E=ABC F=BCD G=ACD", (0, 7, 0, 0, 0)),
        (7, "D=AB E=AC F=BC G=ABC", (7, 7, 0, 0, 1)),
        (8, "G=ABCD H=ABEF", (0, 0, 2, 1, 0, 0)),
        (8, "F=ABC G=ABD H=BCDE", (0, 3, 4, 0, 0, 0)),
        (8, "E=BCD F=ACD G=ABC H=ABD", (0, 14, 0, 0, 0, 1)),
        (9, "G=ABCD H=ACEF J=CDEF", (0, 1, 4, 2, 0, 0, 0)),
        (9, "F=BCDE G=ACDE H=ABDE J=ABCE", (0, 6, 8, 0, 0, 1, 0)),
        (9, "E=ABC F=BCD G=ACD H=ABD J=ABCD", (4, 14, 8, 0, 4, 1, 0)),
    ],
)
def test_word_length_patterns_of_the_catalogue_are_reproduced(
    factors: int, generators: str, pattern: tuple[int, ...]
) -> None:
    texts = generators.replace(" ", ";").split(";")
    design = Design.of(study(*texts, factors=factors))
    assert design.word_length_pattern == pattern
    assert len(design.runs) == 2 ** (factors - len(texts))


def test_runs_stand_in_yates_order_wherever_the_generated_factor_stands() -> None:
    design = Design.of(study("B = -ACD", factors=4))
    base = design.signs[:, [0, 2, 3]]
    assert base[:, 0].tolist() == [-1, 1] * 4
    assert base[:, 1].tolist() == [-1, -1, 1, 1] * 2
    assert base[:, 2].tolist() == [-1] * 4 + [1] * 4
    assert np.array_equal(design.signs[:, 1], -base.prod(axis=1))
    assert design.defining_relation() == "I = -ABCD"
    assert design.aliases("A:B") == ("-C:D",)


def test_full_factorials_have_no_aliases_and_may_have_more_levels() -> None:
    two = Design.of(study(factors=3, containers=1))
    assert (two.resolution, two.words, two.aliases("A:B")) == (None, (), ())
    assert two.line() == "2^3 full factorial, 8 runs × 1 container"
    assert two.sign_table().width == 2 + 7
    more = Design.of(study(levels={"A": ["1", "2", "3"], "B": ["x", "y"]}, replicates=2))
    assert more.line() == "3 × 2 full factorial, 6 runs × 2 folders"
    assert more.runs["A"].to_list() == ["1", "2", "3"] * 2
    assert more.terms == ("A", "B", "A:B")
    with pytest.raises(ValueError, match="two-level designs only"):
        more.sign_table()


def test_centre_points_follow_the_runs_and_are_zero_in_the_sign_table() -> None:
    design = Design.of(study(factors=2, center={"A": "0", "B": "0"}, center_runs=3))
    assert design.runs["is_center"].to_list() == [False] * 4 + [True] * 3
    assert design.sign_table().row(4) == (5, 1, 0, 0, 0)
    assert design.line() == "2^2 full factorial, 4 runs + 3 at the centre"


@st.composite
def fractions(draw: st.DrawFn) -> Study:
    base = draw(st.integers(3, 5))
    words = [m for m in range(1, 2**base) if m.bit_count() > 1]
    chosen = draw(st.lists(st.sampled_from(words), min_size=1, max_size=4, unique=True))
    generators = []
    for place, mask in enumerate(chosen):
        sign = draw(st.sampled_from(["", "-"]))
        generators.append(
            f"{LETTERS[base + place]} = {sign}{''.join(LETTERS[i] for i in range(base) if mask >> i & 1)}"
        )
    return study(*generators, factors=base + len(chosen))


@settings(max_examples=30, deadline=None)
@given(fractions())
def test_effects_are_aliased_exactly_when_their_columns_are_equal_or_opposite(fraction: Study) -> None:
    design = Design.of(fraction)
    effects = [design.confounding.term(mask) for mask in design.confounding.effects(3)]
    for effect in effects[:12]:
        aliases = set(design.aliases(effect, longest=None))
        for other in effects:
            product = design.column(effect) * design.column(other)
            assert (other in aliases) == (other != effect and bool((product == 1).all()))
            assert (f"-{other}" in aliases) == bool((product == -1).all())
