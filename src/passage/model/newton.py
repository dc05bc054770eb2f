"""The optimum of scikit-learn's LogisticRegression with newton-cholesky, by blocks of rows.

The mean of the rows' log losses and the penalty, their gradient and their second derivatives are sums over blocks, so
that no more than a block is held. The steps, when they are halved, tol and max_iter are as scikit-learn has them; they
begin at the optimum of the first rows, which leaves two or three passes over all. Coefficients are those of a fit in
memory, to ten digits where tol is tight; `n_iter_`, which counts the steps over all rows, is smaller.

A category's levels are searched for as what a level adds to a row's log-odds, not scaled, so that a row without it adds
nothing: Newton's steps are the same in any units. The penalty and tol are of the scaled columns, as scikit-learn's are.
"""

import math
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial, reduce
from typing import Any

import numpy as np
import pandas as pd
from scipy.linalg import LinAlgError, LinAlgWarning
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from passage.base import blocks, parquet
from passage.base.parquet import Table
from passage.base.progress import clock
from passage.model import separation
from passage.model.design_rows import DesignRows, Squares
from passage.model.levels import Levels, held, plain
from passage.model.solver import foretell_fits

BEGUN = 50_000  # rows at whose optimum the search among all begins
HALVINGS, SUFFICIENT = 21, 2.0**-11  # of a step at most; the share of what it promises that it must gain
NO_CHANGE = 16 * np.finfo(float).eps  # of the loss, relatively: rounding


@dataclass(frozen=True)
class Problem:
    """What is minimised: the mean of the rows' log losses, each with its class's weight, and the L2 penalty.

    weights: of class 0 and of class 1, which come to 1 over all rows. penalty: 1 / (C * sum of the weights before).
    levels: those of the features that the table has as codes. center, scale: (n_parameters,), what is taken from the
    columns of 0 and 1 that codes stand for, and what they are divided by; the other parameters' are 0 and 1.
    """

    table: Table
    features: Sequence[str]
    target: str
    weights: np.ndarray
    penalty: float
    levels: Sequence[Levels]
    center: np.ndarray
    scale: np.ndarray

    @classmethod
    def of(
        cls,
        table: Table,
        features: Sequence[str],
        target: str,
        arguments: dict[str, Any],
        levels: Sequence[Levels] = (),
    ) -> "Problem":
        """Return what LogisticRegression with these `arguments` minimises on all rows of the table.

        table: normalized features, (n_rows, n_features), those of `levels` as codes, and the target, 0 or 1.
        """
        counted = blocks.mapped(lambda block: np.bincount(block[target], minlength=2), table, [target])
        counts = np.sum(list(counted), axis=0)
        if not counts.all():
            raise ValueError("both classes must be among the rows")
        balanced = arguments["class_weight"] == "balanced"
        weights = counts.sum() / (2 * counts) if balanced else np.ones(2)
        total = float(weights @ counts)
        numbers = len(plain(features, levels)) + 1
        center = np.concatenate([np.zeros(numbers), *(one.center for one in levels)])
        scale = np.concatenate([np.ones(numbers), *(one.scale for one in levels)])
        return cls(table, features, target, weights / total, 1 / (arguments["C"] * total), levels, center, scale)

    @property
    def intercept(self) -> int:
        """The place of the intercept among the parameters: after the numbers', and before the levels'."""
        return len(plain(self.features, self.levels))

    def at(self, theta: np.ndarray) -> "Point":
        """Return the point `theta` (n_parameters,): coefficients of the numbers, the intercept, and of the levels."""
        columns = [*held(self.features, self.levels), self.target]
        of = partial(_derivatives, levels=self.levels, weights=self.weights, theta=theta)
        loss, gradient, *parts = reduce(_added, blocks.mapped(of, self.table, columns))
        hessian = Squares(*parts)
        share = self.scale**2  # a column's coefficient is what its level adds, times its scale
        share[self.intercept] = 0.0  # which is free
        gradient = gradient + self.penalty * (share * theta)
        return Point(
            theta,
            loss + self.penalty * float((share * theta) @ theta) / 2,
            gradient,
            hessian.ridge(self.penalty * share),
            (gradient - self.center * gradient[self.intercept]) / self.scale,
        )

    def regression(self, theta: np.ndarray) -> tuple[np.ndarray, float]:
        """Return the coefficients of all features, (n_features,), and the intercept, as LogisticRegression has them."""
        scaled = np.delete(theta * self.scale, self.intercept)
        coded = [name for one in self.levels for name in one.columns]
        by_name = dict(zip([*plain(self.features, self.levels), *coded], scaled, strict=True))
        return np.array([by_name[name] for name in self.features]), float(theta[self.intercept] + self.center @ theta)

    def overlap(self, theta: np.ndarray) -> bool:
        """Return whether `theta`, an optimum without a penalty, shows that no plane divides the classes."""

        def parts() -> Iterator[separation.Part]:
            for block in parquet.blocks(self.table, [*held(self.features, self.levels), self.target]):
                design, target = _design(block, self.levels)
                yield design, 2.0 * target - 1, np.abs(target - expit(design @ theta))

        return separation.overlap_is_certain(parts)


@dataclass(frozen=True)
class Point:
    """The loss at `theta`, its gradient (n_parameters,) and its second derivatives.

    scaled: the gradient by the coefficients of scaled columns, which tol is of.
    """

    theta: np.ndarray
    loss: float
    gradient: np.ndarray
    hessian: Squares
    scaled: np.ndarray


Sums = tuple[Any, ...]  # the loss of some rows, its gradient, and the three parts of its second derivatives (Squares)


def _design(block: pd.DataFrame, levels: Sequence[Levels]) -> tuple[DesignRows, np.ndarray]:
    """Return the rows of one block, its numbers, then its levels, with a 1 for the intercept, and its target."""
    numbers, dense = block.columns[: -1 - len(levels)], np.ones((len(block), len(block.columns) - len(levels)))
    dense[:, :-1] = block[numbers].to_numpy()
    codes = [block[one.name].to_numpy() for one in levels]
    return DesignRows(dense, codes, [len(one.columns) for one in levels]), block.iloc[:, -1].to_numpy()


def _derivatives(block: pd.DataFrame, levels: Sequence[Levels], weights: np.ndarray, theta: np.ndarray) -> Sums:
    """Return the sums of the rows of one block, as `_design` has it."""
    design, actual = _design(block, levels)
    weight, log_odds = weights[actual], design @ theta
    probability = expit(log_odds)
    curvature = weight * probability * expit(-log_odds)
    hessian = design.squares(curvature)
    return (
        float(weight @ np.logaddexp(0, np.where(actual == 1, -log_odds, log_odds))),
        design.sums(weight * (probability - actual)),
        *(hessian.small, hessian.cross, hessian.diagonal),  # a worker has none of our classes
    )


def _added(one: Sums, other: Sums) -> Sums:
    return tuple(ours + theirs for ours, theirs in zip(one, other, strict=True))


def optimum(
    table: Table, features: Sequence[str], target: str, arguments: dict[str, Any], levels: Sequence[Levels] = ()
) -> LogisticRegression:
    """Return the regression fitted on all rows of `table`, as solver.optimum fits rows in memory.

    table: normalized features, (n_rows, n_features), those of `levels` as codes, and the target, 0 or 1. arguments: of
    LogisticRegression, with newton-cholesky.
    Raises ValueError where there is no optimum, or none that max_iter steps reach.
    """
    foretell_fits("training", 1, len(table), (len(held(features, levels)), []), "fewer features or rows")
    with clock(f"fitting {len(table):,} rows"):
        whole = Problem.of(table, features, target, arguments, levels)
        point, steps = minimise(whole, _begin(whole, arguments), arguments)
        if math.isinf(arguments["C"]) and not whole.overlap(point.theta):
            raise ValueError("without a penalty, rows that may be told apart without an error need no finite optimum")
    regression = LogisticRegression(**arguments)
    coefficients, intercept = whole.regression(point.theta)
    regression.coef_, regression.intercept_ = coefficients[np.newaxis], np.array([intercept])
    regression.classes_, regression.n_iter_ = np.array([0, 1]), np.array([steps], dtype=np.int32)
    regression.n_features_in_ = len(features)
    return regression


def _begin(whole: Problem, arguments: dict[str, Any]) -> np.ndarray:
    """Return the optimum of the first rows alone, or nothing but zeros where they have none.

    A search among all rows does not come back from as far as one goes that ends where there is none.
    """
    nothing, first, rows = np.zeros(len(whole.scale)), list[pd.DataFrame](), 0
    for block in parquet.blocks(whole.table, [*held(whole.features, whole.levels), whole.target]):
        first.append(block.head(BEGUN - rows))
        rows += len(first[-1])
        if rows == BEGUN:
            break
    try:
        some = pd.concat(first, ignore_index=True)
        begun = Problem.of(some, whole.features, whole.target, arguments, whole.levels)
        found = minimise(begun, nothing, arguments)[0].theta
    except ValueError:
        return nothing
    return nothing if math.isinf(arguments["C"]) and not begun.overlap(found) else found


def minimise(problem: Problem, theta: np.ndarray, arguments: dict[str, Any]) -> tuple[Point, int]:
    """Return the optimum that Newton's steps from `theta` reach, and how many they are."""
    point = problem.at(theta)
    for steps in range(1, arguments["max_iter"] + 1):
        step, hessian = _step(point), point.hessian
        point = _along(problem, point, step)
        if max(np.abs(point.scaled).max(), hessian.times(step) / 2) <= arguments["tol"]:
            return point, steps
    raise ValueError(f"Newton's method did not converge after {arguments['max_iter']} iterations")


def _step(point: Point) -> np.ndarray:
    with warnings.catch_warnings():
        warnings.simplefilter("error", LinAlgWarning)
        try:
            return point.hessian.solve(-point.gradient)
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
        nearer = np.abs(following.scaled).sum() < np.abs(point.scaled).sum()
        if abs(gained) <= abs(point.loss) * NO_CHANGE and nearer:
            return following
    raise ValueError("the line search of Newton's method did not converge")
