"""Average effects in points of probability: another package's numbers, and intervals of few rows."""

from decimal import Decimal, localcontext

import numpy as np
import pytest
import statsmodels.api as sm
from scipy.optimize import approx_fprime, brentq
from scipy.special import expit
from scipy.stats import t
from students import HOURS, LESSON, PASSED

from passage.association import firth, points
from passage.association.fit import Fit
from passage.association.rows import Rows


def drawn() -> tuple[np.ndarray, np.ndarray]:
    """Return 4,000 rows of a number, a boolean and the two levels of a category beside its reference."""
    random = np.random.default_rng(1)
    level = random.integers(3, size=4000)
    rows = np.column_stack([random.normal(100, 5, 4000), random.random(4000) < 0.3, level == 1, level == 2])
    chance = expit(rows @ [-0.1, 0.7, 0.4, -0.8] + 9.5)
    return rows.astype(float), (random.random(4000) < chance).astype(int)


def as_fit(theirs: sm.Logit) -> Fit:
    """Return the same fit of maximum likelihood, which statsmodels has found."""
    columns = len(theirs.params) - 1
    return Fit(np.zeros(columns), np.eye(columns), theirs.params, theirs.cov_params())


def test_a_booleans_effect_and_its_standard_error_are_those_of_statsmodels() -> None:
    rows, target = drawn()
    theirs = sm.Logit(target, sm.add_constant(rows[:, :2])).fit(disp=False, tol=1e-13, method="newton")
    margins = theirs.get_margeff(dummy=True)
    ours = points.effects(as_fit(theirs), Rows.of(rows[:, :2]), [[1]], 0.9)[1]
    assert ours["effect"] == pytest.approx(100 * margins.margeff[1], rel=1e-6)
    away = t.ppf(0.95, 4000 - 3) * 100 * margins.margeff_se[1]
    assert (ours["low"], ours["high"]) == pytest.approx((ours["effect"] - away, ours["effect"] + away), rel=1e-4)


def test_a_number_rises_by_one_and_a_level_takes_the_references_place() -> None:
    """The same by statsmodels' predictions and covariance, and by derivatives that nobody has worked out."""
    rows, target = drawn()
    theirs = sm.Logit(target, sm.add_constant(rows)).fit(disp=False, tol=1e-13, method="newton")
    ours = points.effects(as_fit(theirs), Rows.of(rows), [[1], [2, 3]], 0.95)
    for place, group in ((0, []), (1, [1]), (2, [2, 3]), (3, [2, 3])):
        before = sm.add_constant(rows)
        before[:, [1 + one for one in group]] = 0
        after = before + np.eye(5)[1 + place]

        def effect(params: np.ndarray, before: np.ndarray = before, after: np.ndarray = after) -> float:
            return float((theirs.model.predict(params, after) - theirs.model.predict(params, before)).mean())

        slopes = approx_fprime(theirs.params, effect, 1e-7)
        error = np.sqrt(slopes @ theirs.cov_params() @ slopes)
        assert ours[place]["effect"] == pytest.approx(100 * effect(theirs.params), rel=1e-6)
        assert (ours[place]["high"] - ours[place]["low"]) / 2 == pytest.approx(
            100 * t.ppf(0.975, 3995) * error, rel=1e-3
        )


@pytest.mark.parametrize("rows", [LESSON[:, :1], LESSON])
def test_of_few_rows_no_fit_that_the_likelihood_allows_has_an_effect_beyond_the_ends(rows: np.ndarray) -> None:
    fit = firth.fit(rows, PASSED).fit
    likelihood, best = fit.likelihood or pytest.fail("not small")
    wanted = t.ppf(0.975, len(rows) - rows.shape[1] - 1)
    root, random = np.linalg.cholesky(np.linalg.inv(best.information)), np.random.default_rng(0)
    ends = points.effects(fit, Rows.of(rows), [], 0.95)[0]
    tried = []
    for _ in range(1000):
        step = random.normal(size=len(best.theta))
        theta = best.theta + root @ (step / np.linalg.norm(step) * wanted * random.uniform(0.5, 2))
        if 2 * (best.value - likelihood.at(theta).value) <= wanted**2:
            coefficients = fit.transform @ theta[1:]
            log_odds = theta[0] + (rows - fit.center) @ coefficients
            tried.append(100 * (expit(log_odds + coefficients[0]) - expit(log_odds)).mean())
    assert len(tried) > 100
    assert ends["low"] - 1e-3 < min(tried) < ends["low"] + 1
    assert ends["high"] - 1 < max(tried) < ends["high"] + 1e-3


@pytest.fixture
def of_any(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(points, "LEAST", 1)


@pytest.mark.usefixtures("of_any")
@pytest.mark.parametrize("side", [1, -1])
def test_the_ends_are_found_where_the_means_own_slope_leads_to_a_lesser_hill(side: int) -> None:
    """Four rows: once around the region that the likelihood allows, the mean goes nowhere further."""
    rows = side * np.array([[-5.6], [-3.8], [1.0], [8.8]])
    fit = firth.fit(rows, np.array([0, 0, 0, 1])).fit
    likelihood, best = fit.likelihood or pytest.fail("not small")
    root, allowed, around = np.linalg.cholesky(np.linalg.inv(best.information)), t.ppf(0.975, 2) ** 2, []
    for angle in np.linspace(0, 2 * np.pi, 200, endpoint=False):
        step = root @ [np.cos(angle), np.sin(angle)]
        far = brentq(
            lambda far, step=step: 2 * (best.value - likelihood.at(best.theta + far * step).value) - allowed, 0, 50
        )
        theta = best.theta + far * step
        coefficients = fit.transform @ theta[1:]
        log_odds = theta[0] + (rows - fit.center) @ coefficients
        around.append(100 * (expit(log_odds + coefficients[0]) - expit(log_odds)).mean())
    ends = points.effects(fit, Rows.of(rows), [], 0.95)[0]
    assert ends["low"] - 1e-3 < min(around) < ends["low"] + 0.2
    assert ends["high"] - 0.2 < max(around) < ends["high"] + 1e-3


def test_of_fewer_than_a_dozen_rows_an_effect_has_no_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    def ends(rows: int) -> set[str]:
        hours = HOURS[:rows, np.newaxis]
        return set(points.effects(firth.fit(hours, np.arange(rows) % 2).fit, Rows.of(hours), [], 0.95)[0]) - {"effect"}

    assert (ends(11), ends(12)) == (set(), {"low", "high"})
    monkeypatch.setattr(points, "LEAST", 1)
    assert (ends(2), ends(3)) == (set(), {"low", "high"}), "of as many rows as parameters there is no error to be told"


@pytest.mark.usefixtures("of_any")
def test_no_effect_is_more_than_all() -> None:
    rows, target = drawn()
    some = np.flatnonzero(target == 1)[:3].tolist() + np.flatnonzero(target == 0)[:4].tolist()
    share = rows[some][:, :1] / 1e3
    ends = points.effects(firth.fit(share, target[some]).fit.in_units(), Rows.of(share), [], 0.99)[0]
    assert -100 <= ends["low"] <= ends["effect"] <= ends["high"] <= 100
    assert -100 in (ends["low"], -ends["high"])


@pytest.mark.usefixtures("of_any")
@pytest.mark.parametrize(
    ("columns", "target", "levels"),
    [
        ([[0, 3, 8]], [0, 0, 1], []),
        ([[0, 2, 0, 1, 2], [0, 3, 5, 6, 9], [0, 1, 0, 1, 1]], [1, 0, 0, 0, 0], []),
        (
            [[0, 1] * 3, [0, 0, 1, 0, 1, 0], [0.7, 1, 0.3, 0.02, 1, 2], [1, 2, 3, 8, 9, 10]],
            [1, 0, 1, 1, 1, 0],
            [[0, 1]],
        ),
    ],
)
def test_of_a_handful_of_rows_an_interval_holds_its_estimate(
    columns: list[list[float]], target: list[int], levels: list[list[int]]
) -> None:
    rows = np.array(columns, dtype=float).T
    for one in points.effects(firth.fit(rows, np.array(target)).fit, Rows.of(rows), levels, 0.95):
        assert -100 <= one["low"] < one["effect"] < one["high"] <= 100


@pytest.mark.parametrize("slope", [0.4, -0.4, 3e-12, -3e-12, 90.0, -90.0, 0.0])
def test_an_effect_keeps_its_digits_of_however_small_a_unit(slope: float) -> None:
    level = 0.3
    fit = Fit(np.zeros(1), np.eye(1), np.array([level, slope]), np.eye(2))
    [found] = points.effects(fit, Rows.of(np.array([[1.0], [-2.0], [0.5]])), [], 0.95)
    with localcontext(prec=200):
        chances = [
            [1 / (1 + (-(Decimal(level) + Decimal(slope) * Decimal(x + more))).exp()) for x in (1, -2, 0.5)]
            for more in (0, 1)
        ]
        exact = 100 * (sum(chances[1]) - sum(chances[0])) / 3
    assert found["effect"] == pytest.approx(float(exact), rel=5.1e-8, abs=0)
