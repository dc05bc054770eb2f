"""Firth's regression finds what others found, in any units, also where classes are separated."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize
from scipy.special import chdtrc
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression
from students import HOURS, LESSON, PASSED

from passage.association import estimates, firth, profile
from passage.association.search import maximise

FIRTHMODELS_HOURS = [0.3413406359849775, 0.11839852518822988, 0.7242930006293117]
FIRTHMODELS_BOTH = [
    *[0.3960872673495893, 1.3395114885261872],
    *[0.0833706031585328, 0.04546444486922127],
    *[1.1597544160815465, 3.9142501551179594],
]
FIRTHMODELS_SEPARATED = [0.8523861336853598, 0.2672488646491089, 5.324888917265128]

# Urinary tract infections and contraception (Foxman and others 1997; Heinze and Schemper 2002): which of six columns
# are 1, how many controls, how many cases. The tests are those that logistf (R) prints.
UTI = [
    *[("000010", 1, 1), ("001000", 2, 14), ("001010", 1, 3), ("001100", 8, 10), ("001110", 18, 12), ("001111", 0, 1)],
    *[("010000", 42, 44), ("010001", 0, 3), ("010010", 1, 0), ("011000", 1, 15), ("011001", 0, 1), ("011010", 0, 2)],
    *[("011100", 5, 7), ("011110", 6, 3), ("101000", 0, 2), ("101010", 0, 1), ("101011", 0, 1), ("101100", 2, 1)],
    *[("101110", 4, 0), ("101111", 0, 1), ("110000", 14, 5), ("110010", 1, 0), ("111000", 1, 3), ("111110", 2, 0)],
]
LOGISTF_CHI_SQUARED = [7.50773092, 0.02467044, 22.93139022, 19.10407252, 3.69740975, 7.89693139]
LOGISTF_P_VALUES = [6.143472e-03, 8.751911e-01, 1.678877e-06, 1.237805e-05, 5.449701e-02, 4.951873e-03]

# Passed from 15 hours on, and nobody studied 12 to 14: the cut can be at either side of the gap.
GAP = np.array([1, 1, 2, 3, 3, 3, 3, 3, 9, 9, 10, 10, 11, 15, 15, 16, 16, 17, 18, 18, 19, 19, 19, 19, 19])


def test_firthmodels_has_the_same_numbers_for_one_feature_and_for_two() -> None:
    """Version 0.8.2, columns standardised, tolerances 1e-12."""
    hours = firth.fit(LESSON[:, :1], PASSED)
    assert [*hours.coefficients, *hours.low, *hours.high] == pytest.approx(FIRTHMODELS_HOURS, rel=1e-9)
    assert hours.intercept == pytest.approx(-3.2427360418572864, rel=1e-9)
    both = firth.fit(LESSON, PASSED)
    assert [*both.coefficients, *both.low, *both.high] == pytest.approx(FIRTHMODELS_BOTH, rel=1e-9)
    assert both.intercept == pytest.approx(-5.442831568310308, rel=1e-9)


@pytest.mark.parametrize(
    ("rows", "columns", "asked"), [(firth.ROWS, 1, True), (firth.ROWS + 1, 1, False), (100, firth.COLUMNS + 1, False)]
)
def test_of_few_rows_and_columns_the_likelihood_is_kept_to_be_asked_for_more(
    rows: int, columns: int, asked: bool
) -> None:
    random = np.random.default_rng(rows)
    fit = firth.fit(random.normal(size=(rows, columns)), random.integers(2, size=rows)).fit
    assert (fit.likelihood is not None) == asked


def test_two_by_two_table_gives_the_odds_ratio_with_half_a_count_added_to_each_cell() -> None:
    """A saturated regression's Jeffreys penalty is half an observation in each cell (Firth 1993)."""
    exposed = np.repeat([1.0, 0.0], [10, 12])
    ill = np.concatenate([np.arange(10) < 7, np.arange(12) < 2]).astype(int)
    found = firth.fit(exposed[:, np.newaxis], ill)
    assert found.coefficients[0] == pytest.approx(np.log(7.5 / 3.5) - np.log(2.5 / 10.5), rel=1e-12)
    assert found.intercept == pytest.approx(np.log(2.5 / 10.5), rel=1e-12)


def test_with_many_rows_the_penalty_takes_away_the_bias_of_the_unpenalised_regression_and_no_more() -> None:
    """That bias is Cordeiro and McCullagh's (1991), to first order; the rest is of the order of 1 / n_rows ** 2."""
    random = np.random.default_rng(0)
    rows = random.normal(size=(50_000, 3)) * [1, 10, 0.1] + [0, 5, -2]
    target = (random.random(50_000) < 1 / (1 + np.exp(-(rows @ [0.5, -0.1, 4]) - 8))).astype(int)
    found = firth.fit(rows, target)
    plain = LogisticRegression(C=np.inf, solver="newton-cholesky", tol=1e-10).fit(rows, target)
    chances = plain.predict_proba(rows).prod(axis=1)
    design = np.column_stack([np.ones(50_000), rows])
    covariance = np.linalg.inv((design.T * chances) @ design)
    leverage = chances * np.einsum("ij,jk,ik->i", design, covariance, design)
    bias = covariance @ (design.T @ (leverage * (plain.predict_proba(rows)[:, 1] - 0.5)))
    np.testing.assert_allclose(plain.coef_[0] - found.coefficients, bias[1:], rtol=1e-3)
    error = np.sqrt(np.diag(covariance))[1:]
    np.testing.assert_allclose((found.high - found.low) / 2, 1.959963985 * error, rtol=1e-3)  # Wald's


def test_separated_classes_have_a_finite_estimate_and_an_interval_that_excludes_zero() -> None:
    found = firth.fit(HOURS[:, np.newaxis], (HOURS > 9.5).astype(int))
    assert [*found.coefficients, *found.low, *found.high] == pytest.approx(FIRTHMODELS_SEPARATED, rel=1e-7)
    assert found.converged


def test_an_end_that_no_search_finds_is_infinite_and_that_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(profile, "STEPS", 20)
    monkeypatch.setattr(profile, "CLOSE", -1.0)  # no step is as short
    found = firth.fit(LESSON, PASSED)
    assert found.coefficients == pytest.approx(FIRTHMODELS_BOTH[:2], rel=1e-9)
    assert [*found.low, *found.high] == [-np.inf, -np.inf, np.inf, np.inf]
    assert not found.converged


def test_two_rows_are_enough() -> None:
    found = firth.fit(np.array([[0.0], [1.0]]), np.array([0, 1]))
    assert found.coefficients[0] == pytest.approx(2 * np.log(3), rel=1e-12)  # half an observation in each cell
    assert np.isfinite([*found.low, *found.high]).all()


@given(
    scale=st.floats(1e-6, 1e6),
    shift=st.floats(-100, 100),
    order=st.permutations(range(20)),
    sign=st.sampled_from([-1, 1]),
)
@settings(deadline=None, max_examples=25)
def test_units_and_order_of_rows_change_nothing_else(scale: float, shift: float, order: list[int], sign: int) -> None:
    changed = LESSON[order] * [sign * scale, 1] + [shift * scale, 0]
    as_given, other = firth.fit(LESSON, PASSED), firth.fit(changed, PASSED[order])
    hours = np.sort([other.low[0], other.high[0]]) * scale
    expected = np.sort(sign * np.array([as_given.low[0], as_given.high[0]]))
    np.testing.assert_allclose(hours, expected, rtol=1e-9)
    np.testing.assert_allclose(other.coefficients * [sign * scale, 1], as_given.coefficients, rtol=1e-9)
    np.testing.assert_allclose([other.low[1], other.high[1]], [as_given.low[1], as_given.high[1]], rtol=1e-9)


@given(
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 3), st.booleans()), min_size=8, max_size=30),
    st.floats(0.5, 0.9),
)
@settings(deadline=None, max_examples=60)
def test_an_interval_holds_its_estimate_and_is_wider_at_a_higher_level(
    people: list[tuple[int, int, bool]], level: float
) -> None:
    table = np.array(people, dtype=float)
    try:
        narrow, wide = (firth.fit(table[:, :2], table[:, 2], lvl) for lvl in (level, 0.95))
    except ValueError:
        return  # one class, a constant column or two that depend on each other
    assert narrow.converged
    assert wide.converged
    assert (wide.low < narrow.low).all()
    assert (narrow.low < narrow.coefficients).all()
    assert (narrow.coefficients < narrow.high).all()
    assert (narrow.high < wide.high).all()


def test_swapped_classes_turn_the_signs() -> None:
    found, swapped = firth.fit(LESSON, PASSED), firth.fit(LESSON, 1 - PASSED)
    np.testing.assert_allclose(swapped.coefficients, -found.coefficients, rtol=1e-9)
    np.testing.assert_allclose(swapped.low, -found.high, rtol=1e-9)
    np.testing.assert_allclose(swapped.high, -found.low, rtol=1e-9)


def test_more_rows_than_one_block_are_counted_all() -> None:
    """Each row comes as often as it takes for more than two blocks, so the information is that many times as great."""
    times = 2 * estimates.BLOCK // len(PASSED) + 7
    found = firth.fit(np.tile(LESSON, (times, 1)), np.tile(PASSED, times))
    plain = LogisticRegression(C=np.inf, solver="newton-cholesky", tol=1e-12).fit(LESSON, PASSED)
    np.testing.assert_allclose(found.coefficients, plain.coef_[0], rtol=2e-3)
    assert ((found.high - found.low) < 0.1 * abs(found.coefficients)).all()


def test_an_end_is_where_the_best_intercept_loses_what_the_level_allows_also_when_there_are_two() -> None:
    """From the estimate alone the search would end on the lower of two ridges, at 1.973 (as firthmodels 0.8.2 does)."""
    hours, passed = GAP[:, np.newaxis], (GAP >= 15).astype(int)
    found = firth.fit(hours, passed)
    greatest = penalised(hours, found.coefficients, found.intercept + np.zeros(1), passed)
    intercepts = np.linspace(-40, 0, 200_001)
    lost = [2 * (greatest - penalised(hours, end, intercepts, passed)) for end in (found.low, found.high)]
    assert lost == pytest.approx([3.841458820694124] * 2, abs=1e-6)


@pytest.mark.parametrize(("from_0", "sign"), [(False, 1), (True, 1), (True, -1)])
def test_of_two_optima_the_higher_one_is_the_estimate(monkeypatch: pytest.MonkeyPatch, from_0: bool, sign: int) -> None:
    """From 0 alone the search ends at 0.390 and 1.408; that for an end of an interval then meets the other one."""
    if from_0:
        monkeypatch.setattr(
            firth,
            "_climbed",
            lambda likelihood, _, enough: maximise(likelihood, likelihood.at(np.zeros(3)), np.eye(3), enough),
        )
    hours = [0, 1, 2, 3, 4, 5, 8, 10, 12, 14, 15, 16, 17, 18, 19]
    rows = sign * np.column_stack([hours, [3, 3, 3, 3, 2, 1, 1, 0, 2, 2, 2, 2, 1, 1, 3]])
    passed = np.array([0, 0, 1, 1, 0, 0, 1, 0, 1, 1, 1, 1, 1, 1, 1])
    found = firth.fit(rows, passed)
    estimate = penalised(rows, found.coefficients, found.intercept + np.zeros(1), passed)
    lower = penalised(rows, sign * np.array([0.39027304, 1.40762197]), np.linspace(-40, 0, 4001), passed)
    assert estimate > lower + 0.01
    assert found.converged


@pytest.mark.parametrize("seed", range(3))
def test_last_bits_do_not_choose_between_several_optima(seed: int) -> None:
    """80 separated rows of 14 features. Newton's steps, taken whole, end up to 8 % elsewhere after such a change."""
    table, random = load_breast_cancer(), np.random.default_rng(0)
    chosen = random.choice(len(table.target), 80, replace=False)
    rows, target = table.data[chosen, :14], table.target[chosen]
    noise = np.random.default_rng(seed).normal(size=rows.shape)
    found, other = firth.fit(rows, target), firth.fit(rows * (1 + 1e-12 * noise), target)
    assert found.converged
    assert np.isfinite([found.low, found.high]).all()
    for name in ("coefficients", "low", "high"):
        np.testing.assert_allclose(getattr(other, name), getattr(found, name), rtol=1e-6)


def penalised(rows: np.ndarray, slopes: np.ndarray, intercepts: np.ndarray, passed: np.ndarray) -> float:
    """Return the greatest penalised log-likelihood over `intercepts` with these slopes, written out."""
    parameters = rows.shape[1] + 1
    value, information = np.zeros_like(intercepts), np.zeros((len(intercepts), parameters, parameters))
    for row, side in zip(rows, 2 * passed - 1, strict=True):
        log_odds, student = intercepts + row @ slopes, np.array([1, *row])
        value -= np.logaddexp(0, -side * log_odds)
        chances = np.exp(-np.logaddexp(0, log_odds) - np.logaddexp(0, -log_odds))
        information += chances[:, np.newaxis, np.newaxis] * np.outer(student, student)
    return float((value + np.linalg.slogdet(information).logabsdet / 2).max())


@pytest.mark.parametrize(
    ("rows", "target", "message"),
    [
        (LESSON, np.ones(20), "the target is 1 in each of the 20 rows; both 0 and 1 must be among them"),
        (LESSON * [1, 0] + [0, 7], PASSED, r"column 1 \(from 0\) is 7 in each row; it must vary"),
        (np.column_stack([LESSON, HOURS / 3 - 2]), PASSED, r"columns 0, 2 \(from 0\) depend on each other"),
        (np.column_stack([LESSON, HOURS + HOURS % 2 / 1e6]), PASSED, r"columns 0, 2 \(from 0\) depend on each other"),
        (np.random.default_rng(0).normal(size=(4, 4)), np.array([0, 1, 0, 1]), "depend on each other"),
    ],
)
def test_what_cannot_be_answered_is_refused(rows: np.ndarray, target: np.ndarray, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        firth.fit(rows, target)


def uti() -> tuple[np.ndarray, np.ndarray]:
    cells = np.array([[*map(int, columns), case] for columns, *counts in UTI for case in (0, 1)])
    table = np.repeat(cells, [count for _, *counts in UTI for count in counts], axis=0)
    return table[:, :6].astype(float), table[:, 6]


def test_logistf_has_the_same_tests() -> None:
    tests = firth.fit(*uti()).tests
    assert [test.chi_squared for test in tests] == pytest.approx(LOGISTF_CHI_SQUARED, abs=1e-7)
    assert [chdtrc(*test[::-1]) for test in tests] == pytest.approx(LOGISTF_P_VALUES, rel=1e-6)


def test_columns_are_tested_together_with_the_penalty_of_the_whole_design() -> None:
    """With the penalty of the smaller design, chi-squared would be 31.8."""
    rows, target = uti()
    found = firth.fit(rows, target, together=[[0, 1, 4, 5], [2, 3]])

    def loss(theta: np.ndarray) -> float:
        slopes = np.array([theta[0], theta[1], 0, 0, theta[2], theta[3]])
        return -penalised(rows, slopes, theta[4:], target)

    without = -minimize(loss, np.zeros(5), method="BFGS", options={"gtol": 1e-7}).fun
    best = penalised(rows, found.coefficients, np.array([found.intercept]), target)
    assert found.tests[1].chi_squared == pytest.approx(2 * (best - without), abs=1e-6)
    assert [test.degrees_of_freedom for test in found.tests] == [4, 2]


@given(
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 3), st.booleans()), min_size=8, max_size=30),
    st.floats(0.5, 0.99),
)
@settings(deadline=None, max_examples=60)
def test_a_column_is_found_to_tell_something_where_its_interval_leaves_out_0(
    people: list[tuple[int, int, bool]], level: float
) -> None:
    table = np.array(people, dtype=float)
    try:
        found = firth.fit(table[:, :2], table[:, 2], level)
    except ValueError:
        return
    for low, high, test in zip(found.low, found.high, found.tests, strict=True):
        if min(abs(low), abs(high)) > 1e-6:
            assert (chdtrc(1, test.chi_squared) < 1 - level) == (low > 0 or high < 0)


def test_a_column_that_tells_nothing_at_all_has_no_chi_squared() -> None:
    exposed, ill = np.array([[0.0]] * 6 + [[1.0]] * 6), np.array([0, 0, 0, 1, 1, 1] * 2)
    assert firth.fit(exposed, ill).tests == [(0.0, 1)]
