"""Firth's penalised log-likelihood at one point: its value, gradient and curvature."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.linalg import LinAlgError
from scipy.special import expit, log_expit

from passage.association.estimates import BLOCK, blocks

INFLUENTIAL = 0.05  # leverage from which the penalty's own curvature is worth its price
SINGULAR = 1e-7  # ratio in the information's Cholesky factor from which its digits are gone


@dataclass(frozen=True)
class Point:
    """The penalised log-likelihood at `theta` (n_parameters,), its gradient, and minus its second derivative.

    information: the same without the penalty, which is always positive definite. leverage: of each row, (n_rows,).
    """

    theta: np.ndarray
    value: float
    score: np.ndarray
    information: np.ndarray
    curvature: np.ndarray
    leverage: np.ndarray
    converged: bool = False


class Likelihood(Protocol):
    """Firth's penalised log-likelihood of some rows."""

    def at(self, theta: np.ndarray, *, plainly: bool = False) -> Point:
        """Return the point `theta`; its value is -inf where the information has no inverse in floating point.

        plainly: the information stands for the curvature, so that a search takes more steps, each at a small part of
        the price.
        """

    def change(self, point: Point, step: np.ndarray) -> float:
        """Return the greatest change of a row's log-odds that `step` brings, each times the root of the row's leverage.

        It says how far the information, and with it Newton's picture of the penalty, still holds. A step across several
        hills lands on one that the last bits choose; a short one climbs the hill that it stands on.
        """


@dataclass(frozen=True)
class OfRows:
    """The likelihood of rows that are held.

    design: (n_rows, n_parameters). sign: (n_rows,), 1 for class 1 and -1 for class 0.
    """

    design: np.ndarray
    sign: np.ndarray

    def at(self, theta: np.ndarray, *, plainly: bool = False) -> Point:
        """Return what Likelihood.at does."""
        design, sign, log_odds = self.design, self.sign, self.design @ theta
        yes, no = expit(log_odds), expit(-log_odds)
        weights, skew = yes * no, no - yes
        root_weights = np.sqrt(weights)
        information = _total(lambda block: _square(design[block] * root_weights[block, np.newaxis]), len(design))
        diagonal = np.diag(factor := _root(information))
        if diagonal.min() <= SINGULAR * max(diagonal.max(), 1):
            return Point(theta, -np.inf, np.zeros_like(theta), information, information, np.zeros_like(weights))
        half = np.linalg.inv(factor)
        value = log_expit(sign * log_odds).sum() + np.log(diagonal).sum()
        ones = np.ones(len(theta))
        spread = np.concatenate([np.square(design[block] @ half.T) @ ones for block in blocks(len(design))])
        leverage = weights * spread
        residual = sign * np.where(sign > 0, no, yes) + leverage * skew / 2
        curvature = information
        if leverage.max() > INFLUENTIAL and not plainly:
            curvature = information + _penalty_curvature(design, half, weights, skew, spread)
        return Point(theta, float(value), design.T @ residual, information, curvature, leverage)

    def change(self, point: Point, step: np.ndarray) -> float:
        """Return what Likelihood.change does."""
        return float((np.sqrt(point.leverage) * np.abs(self.design @ step)).max())


def _root(information: np.ndarray) -> np.ndarray:
    """Return the Cholesky factor, or zeros where there is none."""
    try:
        return np.linalg.cholesky(information)
    except LinAlgError:
        return np.zeros_like(information)


def _square(matrix: np.ndarray) -> np.ndarray:
    return np.asarray(matrix.T @ matrix)


def _total(of: Callable[[slice], np.ndarray], count: int) -> np.ndarray:
    """Return the sum of what `of` says for each block of `count` rows."""
    total = of(slice(0, BLOCK))
    for start in range(BLOCK, count, BLOCK):
        total = total + of(slice(start, start + BLOCK))
    return total


def _penalty_curvature(
    design: np.ndarray, half: np.ndarray, weights: np.ndarray, skew: np.ndarray, spread: np.ndarray
) -> np.ndarray:
    """Return minus the second derivative of log(det(information)) / 2, (n_parameters, n_parameters).

    half: a root of the information's inverse. The weights' derivatives by the log-odds are weights * skew and
    weights * (1 - 6 * weights).
    """
    third = _total(lambda block: _third_moments(design[block], half, (weights * skew)[block]), len(design))
    second = weights * (1 - 6 * weights) * spread
    gram = _total(lambda block: (design[block].T * second[block]) @ design[block], len(design))
    return np.asarray(third @ third.T - gram) / 2


def _third_moments(design: np.ndarray, half: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return the sums over rows of weight * x_i * (half @ x)_j * (half @ x)_k, with j <= k in one axis.

    Where they differ, the sum stands for both orders: it is multiplied by the root of 2.
    """
    turned, weighted = np.ascontiguousarray((design @ half.T).T), design * weights[:, np.newaxis]
    sums = [(turned[j:] * row) @ weighted for j, row in enumerate(turned)]  # never all pairs of all rows at once
    for of_one in sums:
        of_one[1:] *= np.sqrt(2)
    return np.concatenate(sums).T
