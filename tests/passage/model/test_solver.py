"""An optimum, or an error that says why there is none."""

import warnings
from typing import Any

import numpy as np
import pytest
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from students import lane

from passage.model import solver as module
from passage.model.pipeline import estimator_settings
from passage.model.solver import optimum

HOURS = np.arange(20.0).reshape(-1, 1)
NOISY = np.array([0, 0, 0, 0, 0, 0, 1, 0, 0, 1, 1, 0, 0, 1, 1, 1, 1, 1, 1, 1])


def arguments(**changes: Any) -> dict[str, Any]:
    return estimator_settings(lane(**changes).train.model_dump())


@pytest.mark.parametrize("solver", ["newton-cholesky", "newton-cg", "lbfgs", "saga"])
def test_separated_rows_have_no_optimum_without_a_penalty_and_one_with_it(solver: str) -> None:
    separated = (HOURS[:, 0] > 9).astype(int)
    with pytest.raises(ValueError, match=r"."):
        optimum(HOURS, separated, arguments(C=np.inf, solver=solver))
    assert optimum(HOURS - 9.5, separated, arguments(solver="newton-cholesky")).coef_[0, 0] > 0


def test_features_that_are_copies_have_no_single_optimum_without_a_penalty() -> None:
    with pytest.raises(ValueError, match="ill-conditioned"):
        optimum(np.hstack([HOURS, 2 * HOURS + 1]), NOISY, arguments(C=np.inf))
    shared = optimum(np.hstack([HOURS, HOURS]), NOISY, arguments()).coef_[0]
    assert shared[0] == pytest.approx(shared[1])


def test_too_few_iterations_are_an_error_not_a_warning() -> None:
    with pytest.raises(ValueError, match="did not converge"):
        optimum(HOURS, NOISY, arguments(max_iter=1))


def test_coefficients_of_nothing_are_an_optimum_where_each_value_has_as_many_of_both_classes() -> None:
    for first in range(4, 80, 2):
        value = np.repeat([0.0, 1.0], [first, 80])[:, np.newaxis]
        rows, target = (value - value.mean()) / value.std(), np.tile([0, 1], len(value) // 2)
        assert abs(optimum(rows, target, arguments()).coef_[0, 0]) < 1e-9
        with module.solver_warnings() as warned:
            LogisticRegression(solver="newton-cholesky", tol=1e-8).fit(rows, target)
        assert not warned


def test_a_fit_that_takes_longer_than_a_minute_is_foretold(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    rows, target = np.array([[0.0], [1.0], [2.0], [3.0]]), np.array([0, 1, 0, 1])
    for price, told in (
        ((0.0, 14.9), ""),
        ((30.0, 15.0), "training: 1 fit of 4 rows of 1 columns will take about 3 min"),
    ):
        monkeypatch.setattr(module, "SECONDS", price)
        optimum(rows, target, arguments())
        printed = capsys.readouterr().out
        assert printed.startswith(told)
        assert bool(printed) == bool(told)


@pytest.mark.parametrize(
    ("made_of", "solver", "told"),
    [
        ((1000, []), "lbfgs", "1,000 columns will take about 13 min"),
        ((1000, []), "newton-cholesky", "1,000 columns will take about 64 min"),
        ((5, [1000, 1000]), "newton-cholesky", "2,005 columns will take about 4 min"),
        ((5, [1000]), "newton-cholesky", ""),
        ((400, [1000]), "newton-cholesky", "1,400 columns will take about 11 min"),
    ],
)
def test_what_many_fits_take_goes_by_columns_and_by_levels_that_are_not_eliminated(
    capsys: pytest.CaptureFixture[str], made_of: tuple[int, list[int]], solver: str, told: str
) -> None:
    module.foretell_fits("a test", 600, 16_000, made_of, "less", solver)
    assert capsys.readouterr().out.partition("rows of ")[2].partition(" or more")[0] == told


def test_each_warning_of_a_solver_is_collected_and_other_warnings_are_as_before() -> None:
    with module.solver_warnings() as warned:
        for _ in range(2):
            warnings.warn("far from the optimum\nadvice", ConvergenceWarning, stacklevel=1)
            warnings.warn("overflow", RuntimeWarning, stacklevel=1)
        with pytest.raises(FutureWarning):  # an error in tests
            warnings.warn("will change", FutureWarning, stacklevel=1)
    told = "the solver warned 4 times in 9 fits of a test: far from the optimum"
    assert module.in_words(warned, 9, "a test") == told
    assert module.in_words(warned[1:2], 9, "a test") == "the solver warned once in 9 fits of a test: overflow"
