"""Newton's method by blocks, held against scikit-learn's fit in memory."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from students import lane

from passage.base import parquet
from passage.model import newton
from passage.model.levels import Levels
from passage.model.pipeline import estimator_settings

CHANCE = np.random.RandomState(0)
ROWS = pd.DataFrame(CHANCE.normal(size=(900, 3)), columns=["a", "b", "c"])
ROWS["y"] = (CHANCE.uniform(size=900) < 1 / (1 + np.exp(1.5 - ROWS["a"] + 2 * ROWS["b"]))).astype(int)


@pytest.fixture
def stored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> parquet.Columns:
    """Return the rows in a file, of which seventy are read at a time, and a search that begins with a hundred."""
    parquet.write(tmp_path / "x.parquet", ROWS)
    monkeypatch.setattr(parquet, "READ_TOGETHER", 280)
    monkeypatch.setattr(newton, "BEGUN", 100)
    return parquet.Columns(tmp_path / "x.parquet")


def arguments(**changes: Any) -> dict[str, Any]:
    return estimator_settings(lane(**{"tol": 1e-14} | changes).train.model_dump(exclude={"tune"}))


@pytest.mark.parametrize(
    "changes", [{}, {"C": 0.01}, {"C": np.inf}, {"class_weight": "balanced"}, {"C": 0.1, "class_weight": "balanced"}]
)
def test_ten_digits_are_those_of_a_fit_in_memory(stored: parquet.Columns, changes: dict[str, Any]) -> None:
    found = newton.optimum(stored, ["a", "b", "c"], "y", arguments(**changes))
    wanted = LogisticRegression(**arguments(**changes)).fit(ROWS[["a", "b", "c"]].to_numpy(), ROWS["y"])
    assert found.coef_ == pytest.approx(wanted.coef_, rel=1e-10, abs=1e-12)
    assert found.intercept_ == pytest.approx(wanted.intercept_, rel=1e-10)
    assert found.predict_proba(ROWS[["a", "b", "c"]].to_numpy()).shape == (900, 2)


def test_steps_are_as_scikit_learn_takes_them_and_fewer_from_the_first_rows(stored: parquet.Columns) -> None:
    whole = newton.Problem.of(stored, ["a", "b", "c"], "y", arguments(tol=1e-8))
    _, steps = newton.minimise(whole, np.zeros(4), arguments(tol=1e-8))
    in_memory = LogisticRegression(**arguments(tol=1e-8)).fit(ROWS[["a", "b", "c"]].to_numpy(), ROWS["y"])
    assert steps == in_memory.n_iter_[0]
    assert newton.optimum(stored, ["a", "b", "c"], "y", arguments(tol=1e-8)).n_iter_[0] < steps


def test_a_search_begins_at_nothing_where_the_first_rows_are_of_one_class(stored: parquet.Columns) -> None:
    rows = ROWS.sort_values("y", kind="stable", ignore_index=True)
    parquet.write(stored.path, rows)
    found = newton.optimum(stored, ["a", "b", "c"], "y", arguments())
    wanted = LogisticRegression(**arguments()).fit(rows[["a", "b", "c"]].to_numpy(), rows["y"])
    assert found.coef_ == pytest.approx(wanted.coef_, rel=1e-10)


def coded(rows: pd.DataFrame, levels: int, others: int = 0) -> tuple[pd.DataFrame, list[Levels], pd.DataFrame]:
    """Return `rows` with categories as codes, what these stand for, and the table with a column for each level.

    levels, others: of one category and of a second one, beside their references; each has its spread and center.
    """
    chance, dense, found = np.random.RandomState(1), rows.copy(), list[Levels]()
    for name, count in (("other", others), ("level", levels)):
        if not count:
            continue
        codes = chance.randint(count + 1, size=len(rows))
        columns, center, scale = (np.array([f"{name}={code}" for code in range(1, count + 1)]), 1 / (count + 1), 0.2)
        for code, column in enumerate(columns, 1):
            dense[column] = ((codes == code) - center) / scale
        rows = rows.assign(**{name: codes})
        found.append(Levels(name, tuple(columns), (center,) * count, (scale,) * count))
    return rows, found, dense.drop(columns="y")


@pytest.mark.parametrize("others", [0, 2])
@pytest.mark.parametrize("changes", [{}, {"C": 0.01}, {"C": np.inf}, {"C": 0.1, "class_weight": "balanced"}])
def test_categories_as_codes_have_the_coefficients_of_their_columns(
    stored: parquet.Columns, others: int, changes: dict[str, Any]
) -> None:
    rows, levels, dense = coded(ROWS, 12, others)
    parquet.write(stored.path, rows)
    found = newton.optimum(stored, [*dense], "y", arguments(tol=1e-13, **changes), levels)
    wanted = LogisticRegression(**arguments(**changes)).fit(dense.to_numpy(), ROWS["y"])
    assert found.coef_ == pytest.approx(wanted.coef_, rel=1e-10, abs=1e-12)
    assert found.intercept_ == pytest.approx(wanted.intercept_, rel=1e-10)
    nothing = newton.Problem.of(stored, [*dense], "y", arguments(tol=1e-8, **changes), levels)
    by_columns = LogisticRegression(**arguments(tol=1e-8, **changes)).fit(dense.to_numpy(), ROWS["y"])
    assert newton.minimise(nothing, np.zeros(16 + others), arguments(tol=1e-8, **changes))[1] == by_columns.n_iter_


def test_tol_is_of_the_gradient_by_normalized_columns() -> None:
    rows, levels, dense = coded(ROWS, 3)
    by_codes = newton.Problem.of(rows, [*dense], "y", arguments(), levels)
    by_columns = newton.Problem.of(dense.assign(y=ROWS["y"]), [*dense], "y", arguments())
    theta = np.linspace(-0.5, 0.5, 7)  # the intercept is fourth, and last among columns
    coefficients, intercept = by_codes.regression(theta)
    wanted = by_columns.at(np.append(coefficients, intercept)).gradient
    assert by_codes.at(theta).scaled == pytest.approx(np.insert(wanted[:-1], 3, wanted[-1]), rel=1e-10)


@pytest.mark.parametrize("tol", [1e-4, 1e-10])
def test_without_a_penalty_a_level_without_a_case_has_no_optimum(tol: float) -> None:
    rows, levels, dense = coded(ROWS, 12)
    rows.loc[rows["level"] == 5, "y"] = 0
    with pytest.raises(ValueError, match=r"without a penalty|singular|did not converge"):
        newton.optimum(rows, [*dense], "y", arguments(C=np.inf, tol=tol, max_iter=200), levels)
    assert newton.optimum(rows, [*dense], "y", arguments(), levels).coef_[0, 7] < 0


@pytest.mark.parametrize(
    ("rows", "changes", "said"),
    [
        (ROWS, {"max_iter": 1}, "did not converge after 1 iterations"),
        (ROWS.assign(c=ROWS["a"]), {"C": 1e100}, "singular or ill-conditioned"),
        (ROWS.assign(y=1), {}, "both classes"),
        (ROWS.assign(y=(ROWS["a"] > 0).astype(int)), {"C": np.inf, "tol": 1e-4}, "without a penalty|singular"),
    ],
)
def test_where_there_is_no_optimum_it_is_said_why(rows: pd.DataFrame, changes: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        newton.optimum(rows, ["a", "b", "c"], "y", arguments(**changes))
