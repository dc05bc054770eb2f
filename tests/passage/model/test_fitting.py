"""What every cross-validation shares."""

import warnings

import pytest
import students
from sklearn.exceptions import ConvergenceWarning
from sklearn.preprocessing import MinMaxScaler, StandardScaler

from passage.model import solver
from passage.model.pipeline import unfitted

ROWS = students.ROWS[students.FEATURES].to_numpy(float)


def test_what_is_fitted_has_the_scaler_and_the_regression_of_the_settings() -> None:
    pipeline = unfitted(students.lane(C=3.0, solver="lbfgs"), ROWS)
    assert isinstance(pipeline["scaler"], StandardScaler)
    assert (pipeline["regression"].C, pipeline["regression"].solver) == (3.0, "lbfgs")
    lane = students.lane()
    other = {
        method: lane.model_copy(update={"normalize": lane.normalize.model_copy(update={"method": method})})
        for method in ("minmax", "none")
    }
    assert isinstance(unfitted(other["minmax"], ROWS)["scaler"], MinMaxScaler)
    assert unfitted(other["none"], ROWS)["scaler"] == "passthrough"


def test_each_warning_of_a_solver_is_collected_and_other_warnings_are_as_before() -> None:
    with solver.solver_warnings() as warned:
        for _ in range(2):
            warnings.warn("far from the optimum\nadvice", ConvergenceWarning, stacklevel=1)
            warnings.warn("overflow", RuntimeWarning, stacklevel=1)
        with pytest.raises(FutureWarning):  # an error in tests
            warnings.warn("will change", FutureWarning, stacklevel=1)
    told = "the solver warned 4 times in 9 fits of a test: far from the optimum"
    assert solver.in_words(warned, 9, "a test") == told
    assert solver.in_words(warned[1:2], 9, "a test") == "the solver warned once in 9 fits of a test: overflow"
