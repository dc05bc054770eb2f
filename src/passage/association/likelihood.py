"""Firth's penalised log-likelihood at one point: its value, gradient and curvature."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Protocol, Self

import numpy as np
from numpy.linalg import LinAlgError
from scipy.special import expit, log_expit

from passage.association.estimates import BLOCK, blocks
from passage.association.rows import Rows
from passage.model.design_rows import DesignRows

INFLUENTIAL = 0.05  # leverage from which the penalty's own curvature is worth its price
SINGULAR = 1e-7  # ratio in the information's Cholesky factor from which its digits are gone


@dataclass(frozen=True)
class Point:
    """The penalised log-likelihood at `theta` (n_parameters,), its gradient, and minus its second derivative.

    information: the same without the penalty, which is always positive definite. leverage: of each row that is held,
    (n_rows,), or the greatest one of all, (1,).
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

        plainly: the penalty's curvature is that with each row's leverage held, so that a search takes more steps, each
        at a small part of the price. The information alone has a row of leverage 1 go to and fro without end.
        """

    def change(self, point: Point, step: np.ndarray) -> float:
        """Return the greatest change of a row's log-odds that `step` brings, each times the root of the row's leverage.

        It says how far the information, and with it Newton's picture of the penalty, still holds. A step across several
        hills lands on one that the last bits choose; a short one climbs the hill that it stands on.
        """

    def designs(self) -> Iterator[np.ndarray | DesignRows]:
        """Yield the design of some rows after the other, (n, n_parameters)."""

    def few(self, taken: np.ndarray) -> "OfRows":
        """Return the likelihood of some rows alone, which are held. taken: their positions, ascending."""


@dataclass(frozen=True)
class Parabola:
    """A log-likelihood near `theta` (n_parameters,): its slope there, and its information, which changes nowhere."""

    theta: np.ndarray
    slope: np.ndarray
    information: np.ndarray


@dataclass(frozen=True)
class OfRows:
    """The likelihood of rows that are held.

    design: (n_rows, n_parameters). sign: (n_rows,), 1 for class 1 and -1 for class 0. rest: what other rows say.
    """

    design: np.ndarray
    sign: np.ndarray
    rest: Parabola | None = None

    def at(self, theta: np.ndarray, *, plainly: bool = False) -> Point:
        """Return what Likelihood.at does."""
        odds = _Odds.of(self.design @ theta)
        information = _information(self.design, odds)
        if self.rest:
            information = information + self.rest.information
        if (half := _half(root := _root(information))) is None:
            return Point(theta, -np.inf, np.zeros_like(theta), information, information, np.zeros(len(self.sign)))
        value = odds.value(self.sign) + np.log(np.diag(root)).sum()
        spread = _spread(self.design, half)
        leverage = odds.weights * spread
        score = self.design.T @ odds.residual(self.sign, leverage)
        curvature = information
        if leverage.max() > INFLUENTIAL:
            curvature = information + (
                _levered(self.design, odds, leverage)
                if plainly
                else _penalty_curvature(self.design, half, odds, spread)
            )
        if self.rest:
            falling = self.rest.slope - self.rest.information @ (theta - self.rest.theta)
            value = value + (self.rest.slope + falling) @ (theta - self.rest.theta) / 2
            score = score + falling
        return Point(theta, float(value), score, information, curvature, leverage)

    def without_penalty(self, theta: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
        """Return the log-likelihood without the penalty, its gradient, and the information."""
        odds = _Odds.of(self.design @ theta)
        score = self.design.T @ odds.residual(self.sign, np.zeros(1))
        return odds.value(self.sign), score, _information(self.design, odds)

    def change(self, point: Point, step: np.ndarray) -> float:
        """Return what Likelihood.change does."""
        return float((np.sqrt(point.leverage) * np.abs(self.design @ step)).max())

    def designs(self) -> Iterator[np.ndarray]:
        """Yield the design of some rows after the other."""
        return (self.design[block] for block in blocks(len(self.design)))

    def few(self, taken: np.ndarray) -> "OfRows":
        """Return the likelihood of some rows alone. taken: their positions."""
        return OfRows(self.design[taken], self.sign[taken])

    def around(self, best: Point) -> "OfRows":
        """Return the likelihood of these rows, and of all others, with which `best` is the optimum, as a parabola.

        Where these few decide a coefficient, what an interval allows it to move by moves the others hardly, and a
        search takes as long as the few take.
        """
        own = self.at(best.theta, plainly=True).information
        flat = Parabola(best.theta, np.zeros_like(best.theta), best.information - own)
        slope = -replace(self, rest=flat).at(best.theta, plainly=True).score
        return replace(self, rest=replace(flat, slope=slope))


@dataclass(frozen=True)
class OfBlocks:
    """The likelihood of rows that are not held: they are read, and made a design, for each point.

    rows: in their own units; of categories as codes, the levels are parameters, so that sums stay sparse. center,
    transform: as `Fit` has them. The curvature is that of `plainly`, always.
    """

    rows: Rows
    center: np.ndarray
    transform: np.ndarray

    def at(self, theta: np.ndarray, *, plainly: bool = True) -> Point:
        """Return what Likelihood.at does; of leverage, that of the row that has most."""
        information, value = np.zeros((len(theta),) * 2), 0.0
        for design, sign in self._parts():
            odds = _Odds.of(design @ theta)
            information = information + design.squares(odds.weights).dense()
            value += float(odds.value(sign))
        if (half := _half(root := _root(information))) is None:
            return Point(theta, -np.inf, np.zeros_like(theta), information, information, np.zeros(1))
        inverse = half.T @ half
        score, curvature, most = np.zeros_like(theta), information, 0.0
        for design, sign in self._parts():
            odds = _Odds.of(design @ theta)
            leverage = odds.weights * design.spread(inverse)
            if leverage.max() > INFLUENTIAL:
                curvature = curvature + design.squares(odds.weights * leverage * (leverage > INFLUENTIAL)).dense()
            score, most = score + design.sums(odds.residual(sign, leverage)), max(most, float(leverage.max()))
        value += float(np.log(np.diag(root)).sum())
        return Point(theta, value, score, information, curvature, np.array([most]))

    def change(self, point: Point, step: np.ndarray) -> float:
        """Return what Likelihood.change does."""
        inverse, most = np.linalg.inv(point.information), 0.0
        for design in self.designs():
            leverage = _Odds.of(design @ point.theta).weights * design.spread(inverse)
            most = max(most, float((np.sqrt(leverage) * np.abs(design @ step)).max()))
        return most

    def designs(self) -> Iterator[DesignRows]:
        """Yield the design of some rows after the other."""
        return (design for design, _ in self._parts())

    def few(self, taken: np.ndarray) -> OfRows:
        """Return the likelihood of some rows alone, which are held. taken: their positions, ascending."""
        start, parts = 0, []
        for design, sign in self._parts():
            first, last = np.searchsorted(taken, [start, start + len(sign)])
            if len(here := taken[first:last] - start):
                parts.append((design[here].dense_rows(), sign[here]))
            start += len(sign)
        designs, signs = zip(*parts, strict=True)
        return OfRows(np.concatenate(designs), np.concatenate(signs))

    def _parts(self) -> Iterator[tuple[DesignRows, np.ndarray]]:
        count = len(numbers := self.rows.order[: len(self.rows.numbers)])
        if self.rows.coded:
            parts = self.rows.designs(self.center[numbers], 1 / self.transform[numbers, range(count)])
        else:
            parts = ((self._whitened(values), target) for values, target in self.rows)
        return ((design, np.where(target == 1, 1.0, -1.0)) for design, target in parts)

    def _whitened(self, values: np.ndarray) -> DesignRows:
        return DesignRows(np.column_stack([np.ones(len(values)), (values - self.center) @ self.transform]))


@dataclass(frozen=True)
class _Odds:
    """What follows from the log-odds of rows: the probabilities of both classes, weights and their skew, (n_rows,)."""

    log_odds: np.ndarray
    yes: np.ndarray
    no: np.ndarray
    weights: np.ndarray
    skew: np.ndarray

    @classmethod
    def of(cls, log_odds: np.ndarray) -> Self:
        yes, no = expit(log_odds), expit(-log_odds)
        return cls(log_odds, yes, no, yes * no, no - yes)

    def value(self, sign: np.ndarray) -> float:
        """Return the log-likelihood without the penalty."""
        return float(log_expit(sign * self.log_odds).sum())

    def residual(self, sign: np.ndarray, leverage: np.ndarray) -> np.ndarray:
        """Return what each row's log-odds are pulled by."""
        return np.asarray(sign * np.where(sign > 0, self.no, self.yes) + leverage * self.skew / 2)


def _information(design: np.ndarray, odds: _Odds) -> np.ndarray:
    root_weights = np.sqrt(odds.weights)
    return _total(lambda block: _square(design[block] * root_weights[block, np.newaxis]), len(design))


def _spread(design: np.ndarray, half: np.ndarray) -> np.ndarray:
    """Return each row's square in the information's inverse, (n_rows,), of which `half` is a root."""
    ones = np.ones(len(half))
    return np.concatenate([np.square(design[block] @ half.T) @ ones for block in blocks(len(design))])


def _half(root: np.ndarray) -> np.ndarray | None:
    """Return the inverse of the information's Cholesky factor, or None where its digits are gone."""
    diagonal = np.diag(root)
    return None if diagonal.min() <= SINGULAR * max(diagonal.max(), 1) else np.linalg.inv(root)


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


def _penalty_curvature(design: np.ndarray, half: np.ndarray, odds: _Odds, spread: np.ndarray) -> np.ndarray:
    """Return minus the second derivative of log(det(information)) / 2, (n_parameters, n_parameters).

    half: a root of the information's inverse. The weights' derivatives by the log-odds are weights * skew and
    weights * (1 - 6 * weights).
    """
    skewed = odds.weights * odds.skew
    third = _total(lambda block: _third_moments(design[block], half, skewed[block]), len(design))
    second = odds.weights * (1 - 6 * odds.weights) * spread
    gram = _total(lambda block: (design[block].T * second[block]) @ design[block], len(design))
    return np.asarray(third @ third.T - gram) / 2


def _levered(design: np.ndarray, odds: _Odds, leverage: np.ndarray) -> np.ndarray:
    """Return minus the second derivative of the penalty where no leverage changes, of the rows that have much."""
    much = leverage > INFLUENTIAL
    return _square(design[much] * np.sqrt((odds.weights * leverage)[much, np.newaxis]))


def _third_moments(design: np.ndarray, half: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return the sums over rows of weight * x_i * (half @ x)_j * (half @ x)_k, with j <= k in one axis.

    Where they differ, the sum stands for both orders: it is multiplied by the root of 2.
    """
    turned, weighted = np.ascontiguousarray((design @ half.T).T), design * weights[:, np.newaxis]
    sums = [(turned[j:] * row) @ weighted for j, row in enumerate(turned)]  # never all pairs of all rows at once
    for of_one in sums:
        of_one[1:] *= np.sqrt(2)
    return np.concatenate(sums).T
