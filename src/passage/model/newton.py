"""The optimum of scikit-learn's LogisticRegression with newton-cholesky, by blocks of rows.

The mean of the rows' log losses and the penalty, their gradient and their second derivatives are sums over blocks, so
that no more than a block is held. The steps, when they are halved, tol and max_iter are as scikit-learn has them; they
begin at the optimum of the first rows, which leaves two or three passes over all. Coefficients are those of a fit in
memory, to ten digits where tol is tight; `n_iter_`, which counts the steps over all rows, is smaller.
"""

import math
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from scipy.linalg import LinAlgError, LinAlgWarning, solve
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from passage.base import blocks, parquet
from passage.base.parquet import Table
from passage.base.progress import clock
from passage.model import separation
from passage.model.solver import foretell_fits

BEGUN = 50_000  # rows at whose optimum the search among all begins
HALVINGS, SUFFICIENT = 21, 2.0**-11  # of a step at most; the share of what it promises that it must gain
NO_CHANGE = 16 * np.finfo(float).eps  # of the loss, relatively: rounding


@dataclass(frozen=True)
class Problem:
    """What is minimised: the mean of the rows' log losses, each with its class's weight, and the L2 penalty.

    weights: of class 0 and of class 1, which come to 1 over all rows. penalty: 1 / (C * sum of the weights before).
    """

    table: Table
    features: Sequence[str]
    target: str
    weights: np.ndarray
    penalty: float

    @classmethod
    def of(cls, table: Table, features: Sequence[str], target: str, arguments: dict[str, Any]) -> "Problem":
        """Return what LogisticRegression with these `arguments` minimises on all rows of the table.

        table: normalized features, (n_rows, n_features), and the target, 0 or 1.
        """
        counted = blocks.mapped(lambda block: np.bincount(block[target], minlength=2), table, [target])
        counts = np.sum(list(counted), axis=0)
        if not counts.all():
            raise ValueError("both classes must be among the rows")
        balanced = arguments["class_weight"] == "balanced"
        weights = counts.sum() / (2 * counts) if balanced else np.ones(2)
        total = float(weights @ counts)
        return cls(table, features, target, weights / total, 1 / (arguments["C"] * total))

    def at(self, theta: np.ndarray) -> "Point":
        """Return the point `theta` (n_features + 1,): the coefficients, the intercept last."""
        columns = [*self.features, self.target]
        loss, gradient, hessian = 0.0, np.zeros(len(theta)), np.zeros((len(theta), len(theta)))
        of = partial(_derivatives, features=self.features, target=self.target, weights=self.weights, theta=theta)
        for one in blocks.mapped(of, self.table, columns):
            loss, gradient, hessian = loss + one[0], gradient + one[1], hessian + one[2]
        shrunk = np.append(theta[:-1], 0.0)  # the intercept is free
        return Point(
            theta,
            loss + self.penalty * float(shrunk @ shrunk) / 2,
            gradient + self.penalty * shrunk,
            hessian + self.penalty * np.diag(np.append(np.ones(len(theta) - 1), 0.0)),
        )

    def overlap(self, theta: np.ndarray) -> bool:
        """Return whether `theta`, an optimum without a penalty, shows that no plane divides the classes."""

        def parts() -> Iterator[tuple[np.ndarray, np.ndarray]]:
            for block in parquet.blocks(self.table, [*self.features, self.target]):
                design, target = _design(block, self.features, self.target)
                yield design * (2 * target - 1)[:, np.newaxis], np.abs(target - expit(design @ theta))

        return separation.overlap_is_certain(parts)


@dataclass(frozen=True)
class Point:
    """The loss at `theta`, its gradient (n_parameters,) and its second derivatives (n_parameters, n_parameters)."""

    theta: np.ndarray
    loss: float
    gradient: np.ndarray
    hessian: np.ndarray


def _design(block: pd.DataFrame, features: Sequence[str], target: str) -> tuple[np.ndarray, np.ndarray]:
    """Return the rows of one block with a 1 for the intercept, (n_rows, n_features + 1), and their target."""
    design = np.ones((len(block), len(features) + 1))
    design[:, :-1] = block[list(features)].to_numpy()
    return design, block[target].to_numpy()


def _derivatives(
    block: pd.DataFrame, features: Sequence[str], target: str, weights: np.ndarray, theta: np.ndarray
) -> tuple[float, np.ndarray, np.ndarray]:
    """Return the loss of the rows of one block, its gradient and its second derivatives."""
    design, actual = _design(block, features, target)
    weight, log_odds = weights[actual], design @ theta
    probability = expit(log_odds)
    curvature = weight * probability * expit(-log_odds)
    return (
        float(weight @ np.logaddexp(0, np.where(actual == 1, -log_odds, log_odds))),
        design.T @ (weight * (probability - actual)),
        (design.T * curvature) @ design,
    )


def optimum(table: Table, features: Sequence[str], target: str, arguments: dict[str, Any]) -> LogisticRegression:
    """Return the regression fitted on all rows of `table`, as solver.optimum fits rows in memory.

    table: normalized features, (n_rows, n_features), and the target, 0 or 1. arguments: of LogisticRegression, with
    newton-cholesky.
    Raises ValueError where there is no optimum, or none that max_iter steps reach.
    """
    foretell_fits("training", 1, len(table), len(features), "fewer features or rows")
    with clock(f"fitting {len(table):,} rows"):
        whole = Problem.of(table, features, target, arguments)
        point, steps = minimise(whole, _begin(whole, arguments), arguments)
        if math.isinf(arguments["C"]) and not whole.overlap(point.theta):
            raise ValueError("without a penalty, rows that may be told apart without an error need no finite optimum")
    regression = LogisticRegression(**arguments)
    regression.coef_, regression.intercept_ = point.theta[np.newaxis, :-1], point.theta[-1:]
    regression.classes_, regression.n_iter_ = np.array([0, 1]), np.array([steps], dtype=np.int32)
    regression.n_features_in_ = len(features)
    return regression


def _begin(whole: Problem, arguments: dict[str, Any]) -> np.ndarray:
    """Return the optimum of the first rows alone, or nothing but zeros where they have none."""
    nothing, first, rows = np.zeros(len(whole.features) + 1), list[pd.DataFrame](), 0
    for block in parquet.blocks(whole.table, [*whole.features, whole.target]):
        first.append(block.head(BEGUN - rows))
        rows += len(first[-1])
        if rows == BEGUN:
            break
    try:
        begun = Problem.of(pd.concat(first, ignore_index=True), whole.features, whole.target, arguments)
        return minimise(begun, nothing, arguments)[0].theta
    except ValueError:
        return nothing


def minimise(problem: Problem, theta: np.ndarray, arguments: dict[str, Any]) -> tuple[Point, int]:
    """Return the optimum that Newton's steps from `theta` reach, and how many they are."""
    point = problem.at(theta)
    for steps in range(1, arguments["max_iter"] + 1):
        step, hessian = _step(point), point.hessian
        point = _along(problem, point, step)
        if max(np.abs(point.gradient).max(), step @ hessian @ step / 2) <= arguments["tol"]:
            return point, steps
    raise ValueError(f"Newton's method did not converge after {arguments['max_iter']} iterations")


def _step(point: Point) -> np.ndarray:
    with warnings.catch_warnings():
        warnings.simplefilter("error", LinAlgWarning)
        try:
            return np.asarray(solve(point.hessian, -point.gradient, assume_a="pos"))
        except (LinAlgError, LinAlgWarning, ValueError):
            raise ValueError("the second derivatives of the log loss are singular or ill-conditioned") from None


def _along(problem: Problem, point: Point, step: np.ndarray) -> Point:
    """Return the point after the whole `step`, or after as much of it as does not raise the loss."""
    promised = SUFFICIENT * float(point.gradient @ step)
    for halvings in range(HALVINGS):
        part = 0.5**halvings
        following = problem.at(point.theta + part * step)
        gained = following.loss - point.loss
        if gained <= part * promised:
            return following
        nearer = np.abs(following.gradient).sum() < np.abs(point.gradient).sum()
        if abs(gained) <= abs(point.loss) * NO_CHANGE and nearer:
            return following
    raise ValueError("the line search of Newton's method did not converge")
