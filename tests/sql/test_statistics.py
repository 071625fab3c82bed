"""The views that compute, against SciPy, NumPy, statsmodels and a textbook's example."""

from collections.abc import Callable
from itertools import combinations
from statistics import stdev
from typing import Any

import numpy as np
import pytest
from scipy import stats

from models.wording import chain, links

Lay = Callable[..., None]
LayFactorial = Callable[..., None]
Ask = Callable[..., list[tuple[Any, ...]]]

FACTORS = ("A", "B", "C")
TERMS = [":".join(each) for size in (1, 2, 3) for each in combinations(FACTORS, size)]


def values_of(seed: int, runs: int = 8, repeats: int = 3) -> list[list[float]]:
    draw = np.random.default_rng(seed)
    return [
        list(map(float, row)) for row in draw.normal(10, 2, (runs, repeats)) + draw.normal(0, 3, (runs, 1))
    ]


def test_t975_is_students_quantile_to_nine_digits(ask: Ask) -> None:
    degrees = [*range(1, 1001), 10_000, 100_000, 1_000_000]
    found = [row[0] for row in ask(f"select t975(df) from unnest({degrees}) as given(df)")]  # noqa: S608
    np.testing.assert_allclose(found, stats.t.ppf(0.975, degrees), rtol=1e-9, atol=0)


@pytest.mark.parametrize("df", [0, -1])
def test_t975_of_no_degrees_of_freedom_is_null(ask: Ask, df: int) -> None:
    assert ask(f"select t975({df})") == [(None,)]


def expected_summary(values: list[float]) -> list[float]:
    se = stats.sem(values)
    low, high = stats.t.interval(0.95, len(values) - 1, np.mean(values), se)
    return [len(values), np.mean(values), np.std(values, ddof=1), se, low, high]


@pytest.mark.parametrize("offset", [0.0, 1e9])
def test_means_and_intervals_are_scipys(lay_factorial: LayFactorial, ask: Ask, offset: float) -> None:
    values = [[offset + each for each in run] for run in values_of(1)]
    lay_factorial(FACTORS, values, TERMS)
    columns = "n, mean, sd, se, ci_low, ci_high"
    for run, *found in ask(f"select run, {columns} from treatment_means order by run"):  # noqa: S608
        np.testing.assert_allclose(found, expected_summary(values[run - 1]), rtol=1e-9)
    ((*found,),) = ask(f"select {columns} from response_summaries")  # noqa: S608
    np.testing.assert_allclose(found, expected_summary(np.ravel(values).tolist()), rtol=1e-9)
    levels = ask(f"select factor, level, {columns} from level_means order by factor_position, level_position")  # noqa: S608
    assert [row[:2] for row in levels] == [(factor, level) for factor in FACTORS for level in "-+"]
    for factor, level, *found in levels:
        place = FACTORS.index(factor)
        at_level = [v for run, each in enumerate(values) for v in each if "-+"[run >> place & 1] == level]
        np.testing.assert_allclose(found, expected_summary(at_level), rtol=1e-9)


def test_one_observation_has_a_mean_and_no_spread(lay_factorial: LayFactorial, ask: Ask) -> None:
    lay_factorial(("A",), [[3.0], [5.0]], ["A"])
    assert ask("select run, n, mean, sd, se, ci_low, ci_high from treatment_means order by run") == [
        (1, 1, 3.0, None, None, None, None),
        (2, 1, 5.0, None, None, None, None),
    ]


def type_three(values: list[list[float]], terms: list[str]) -> dict[str, tuple[float, float]]:
    """Term -> coefficient and Type III sum of squares, by statsmodels with factors coded -1 and +1."""
    import pandas as pd
    import statsmodels.formula.api as smf
    from statsmodels.stats.anova import anova_lm

    rows = [
        {"y": value, **{factor: 2 * (run >> place & 1) - 1 for place, factor in enumerate(FACTORS)}}
        for run, each in enumerate(values)
        for value in each
    ]
    model = smf.ols("y ~ " + " + ".join(terms), pd.DataFrame(rows)).fit()
    table = anova_lm(model, typ=3)
    return {term: (float(model.params[term]), float(table.loc[term, "sum_sq"])) for term in terms}


@pytest.mark.parametrize("terms", [TERMS, TERMS[:4]], ids=["saturated", "four terms"])
@pytest.mark.parametrize("offset", [0.0, 1e9])
def test_effects_sql_are_those_of_statsmodels(
    lay_factorial: LayFactorial, ask: Ask, terms: list[str], offset: float
) -> None:
    values = [[offset + each for each in run] for run in values_of(2)]
    lay_factorial(FACTORS, values, terms)
    expected = type_three([[each - offset for each in run] for run in values], terms)
    found = ask(
        "select term, n, contrast, effect, coefficient, sum_sq, percent_of_variation "
        "from effects_sql where scale = 'identity'"
    )
    assert {row[0] for row in found} == set(terms)
    total = float(np.sum((np.ravel(values) - offset - np.mean(np.ravel(values) - offset)) ** 2))
    for term, n, *numbers in found:
        coefficient, sum_sq = expected[term]
        assert n == 24
        np.testing.assert_allclose(
            numbers, [24 * coefficient, 2 * coefficient, coefficient, sum_sq, 100 * sum_sq / total], rtol=1e-9
        )


def test_effects_sql_on_the_log_scale_are_those_of_the_logarithms(
    lay_factorial: LayFactorial, ask: Ask
) -> None:
    values = [[float(np.exp(each / 4)) for each in run] for run in values_of(3)]
    lay_factorial(FACTORS, values, TERMS)
    expected = type_three([[float(np.log10(each)) for each in run] for run in values], TERMS)
    found = {
        term: (coefficient, sum_sq)
        for term, coefficient, sum_sq in ask(
            "select term, coefficient, sum_sq from effects_sql where scale = 'log10'"
        )
    }
    assert found.keys() == expected.keys()
    for term in TERMS:
        np.testing.assert_allclose(found[term], expected[term], rtol=1e-9)


def test_a_response_that_is_not_above_zero_has_no_logarithms(lay_factorial: LayFactorial, ask: Ask) -> None:
    values = values_of(4)
    values[0][0] = 0.0
    lay_factorial(FACTORS, values, TERMS)
    assert ask("select distinct scale from effects_sql") == [("identity",)]


@pytest.mark.parametrize("fault", ["a run without observations", "one observation less"])
def test_effects_sql_keep_silent_on_data_that_are_not_balanced(
    lay_factorial: LayFactorial, ask: Ask, fault: str
) -> None:
    values = values_of(5)
    values[3] = [] if fault.startswith("a run") else values[3][:-1]
    lay_factorial(FACTORS, values, TERMS)
    assert ask("select * from effects_sql") == []


def test_the_sign_table_has_all_products_up_to_three_factors(lay_factorial: LayFactorial, ask: Ask) -> None:
    factors = ("Speed", "Heat", 'a "b"', "I")
    lay_factorial(factors, values_of(6, 16, 1), ["Speed"])
    signs = np.array([[2 * (run >> place & 1) - 1 for place in range(4)] for run in range(16)])
    expected = [("I", "I", 0, [1.0] * 16)]
    for size in (1, 2, 3):
        for places in combinations(range(4), size):
            column = [float(each) for each in np.prod(signs[:, places], axis=1)]
            names = ":".join(factors[place] for place in places)
            expected.append((names, "".join("ABCD"[place] for place in places), size, column))
    found = ask("select term, letters, factors, list(sign order by run) from sign_table group by all")
    assert sorted(found) == sorted(expected)


def test_factors_of_three_levels_and_centre_points_have_no_signs(lay: Lay, ask: Ask) -> None:
    lay(
        "treatments",
        "study run factor factor_position letter level sign is_center",
        ("three", 1, "A", 1, "A", "x", None, False),
        ("centre", 1, "A", 1, "A", "-", -1.0, False),
        ("centre", 2, "A", 1, "A", "0", 0.0, True),
    )
    assert ask("select study, run, term, sign from sign_table order by term") == [
        ("centre", 1, "A", -1.0),
        ("centre", 1, "I", 1.0),
    ]


@pytest.mark.parametrize("values", [[0.1] * 7 + [1e16, -1e16], [1e-3, 1e3, 1e-9, 7.7]])
def test_means_and_spreads_do_not_depend_on_the_order_of_rows(ask: Ask, values: list[float]) -> None:
    def summary(of: list[float]) -> list[tuple[Any, ...]]:
        given = f"unnest({of}::double[]) as given(x)"
        return ask(f"select mean_of(x), standard_error(x), ci95_low(x), ci95_high(x) from {given}")  # noqa: S608

    draw = np.random.default_rng(8)
    assert all(summary(draw.permutation(values).tolist()) == summary(values) for _ in range(20))


@pytest.mark.parametrize(
    "name", ["plain", 'a "quoted" name', "it's", '"', "", "naïve; drop table points --", "A\nB"]
)
def test_quoting_gives_back_the_name(ask: Ask, name: str) -> None:
    text = "'" + name.replace("'", "''") + "'"
    ((as_name, as_text),) = ask(f"select quoted_name({text}), quoted_text({text})")
    assert ask(f"select {as_text}") == [(name,)]
    if name:
        assert ask(f"select x.{as_name} from (select 7 as {as_name}) as x") == [(7,)]  # noqa: S608
    assert as_name == '"' + name.replace('"', '""') + '"'


def test_a_32_bit_float_is_shown_as_it_was_logged_and_keeps_its_value(ask: Ask) -> None:
    draw = np.random.default_rng(3)
    logged = [
        np.float32(round(value, int(digits)))
        for value, digits in zip(draw.normal(0, 100, 500), draw.integers(0, 8, 500), strict=True)
    ]
    doubles = [float(value) for value in logged]
    shown = [row[0] for row in ask(f"select as_logged(x) from unnest({doubles}) as given(x)")]  # noqa: S608
    assert [np.float32(value) for value in shown] == logged
    assert max(len(repr(value)) for value in shown) <= len("-1.1754944e-38")
    is_longer = [len(repr(float(value))) > len(str(value)) + 3 for value in logged]
    assert sum(is_longer) > 400
    wanted = [str(value) if longer else float(value) for value, longer in zip(logged, is_longer, strict=True)]
    assert shown == [float(value) for value in wanted]


@pytest.mark.parametrize(
    "value", [0.1, 1 / 3, 123456789.0, 2.0**60, 1048575.9375, 1e300, float("inf"), -0.0, 89.28, 5e-324]
)
def test_any_other_number_is_shown_as_it_is(ask: Ask, value: float) -> None:
    assert ask(f"select as_logged('{value!r}'::double)") == [(value,)]
    assert ask("select as_logged(null::double)") == [(None,)]


@pytest.mark.parametrize("aliases", [None, "C:D", "-C:D", "- 0.5 B:C", "+ B:C - C:D", "-C:D = E:F - B:C"])
def test_the_name_of_an_effect_is_that_of_the_sentences(lay: Lay, ask: Ask, aliases: str | None) -> None:
    """models/wording.py, `chain`: = before another name of it, none before what is counted in it."""
    lay("effects_by_scale", "study response scale term aliases", ("s", "y", "identity", "A:B", aliases))
    lay("fits", "study response scale is_decisive", ("s", "y", "identity", True))
    assert ask("select effect_name from effects") == [(chain(["A:B", *links(aliases or "")]),)]


@pytest.mark.parametrize("scale", [1e-320, 1e-300, 1e-150, 1.0, 1e150, 1e300])
def test_a_spread_neither_vanishes_nor_ends(ask: Ask, scale: float) -> None:
    """Python's statistics.stdev, which reckons with fractions."""
    values = [scale * each for each in (1.0, 2.0, 4.0, 7.0)]
    given = f"unnest({values}::double[]) as given(x)"
    ((found, none),) = ask(f"select sd_of(x), sd_of(x - x) from {given}")  # noqa: S608
    assert found == pytest.approx(stdev(values), rel=1e-12, abs=0)
    assert none == 0 and ask(f"select sd_of(x) from {given} where x = {values[0]!r}") == [(None,)]  # noqa: S608
