"""Sums over rows whose categories are codes, held against those of the table with a column for each level."""

import numpy as np
import pytest
from scipy.linalg import LinAlgError

from passage.model.design_rows import DesignRows, Squares

CHANCE = np.random.RandomState(0)
ROWS, COUNTS = 200, (2, 3, 7)
DENSE = np.column_stack([CHANCE.normal(size=(ROWS, 2)), np.ones(ROWS)])
CODES = [CHANCE.randint(count + 1, size=ROWS).astype("int32") for count in COUNTS]
WEIGHTS = CHANCE.uniform(size=ROWS)


def both(categories: int) -> tuple[DesignRows, np.ndarray]:
    """Return the rows with so many categories, and the same with a column for each level."""
    columns = [code[:, np.newaxis] == np.arange(1, count + 1) for code, count in zip(CODES, COUNTS, strict=True)]
    coded = DesignRows(DENSE, CODES[:categories], COUNTS[:categories])
    return coded, np.column_stack([DENSE, *columns[:categories]]).astype(float)


@pytest.mark.parametrize("categories", [0, 1, 2, 3])
def test_sums_are_those_of_a_column_for_each_level(categories: int) -> None:
    coded, dense = both(categories)
    theta = np.linspace(-1, 1, dense.shape[1])
    assert coded @ theta == pytest.approx(dense @ theta)
    assert coded.sums(WEIGHTS) == pytest.approx(dense.T @ WEIGHTS)
    assert coded.squares(WEIGHTS).dense() == pytest.approx((dense.T * WEIGHTS) @ dense)
    assert (coded.squares(WEIGHTS) + coded.squares(WEIGHTS)).times(theta) == pytest.approx(
        2 * WEIGHTS @ np.square(dense @ theta)
    )


@pytest.mark.parametrize("categories", [0, 1, 2, 3])
def test_the_eliminated_diagonal_changes_no_solution(categories: int) -> None:
    squares = both(categories)[0].squares(WEIGHTS).ridge(np.linspace(0.1, 1, 3 + sum(COUNTS[:categories])))
    right = np.arange(1.0, len(squares.dense()) + 1)
    assert squares.solve(right) == pytest.approx(np.linalg.solve(squares.dense(), right), rel=1e-12)


def test_a_level_without_weight_has_no_solution() -> None:
    with pytest.raises(LinAlgError):
        Squares(np.eye(1), np.zeros((1, 2)), np.array([1.0, 0.0])).solve(np.ones(3))
