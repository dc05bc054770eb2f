"""By how many points of probability the outcome is more frequent with a feature, on average over the rows.

The mean over rows of two predictions' difference: with a number higher by one unit and as it is, or of a category's
level and of its reference, whatever else a row has. Other packages call it the average marginal effect of a discrete
change (Williams 2012, Using the margins command to estimate and interpret adjusted predictions and marginal effects,
The Stata Journal 12:308-331).

Of few rows its interval goes as far as the mean does where the likelihood has not lost more than a fit of so many rows
may have lost by chance, by Student's quantile; of more, its standard error is by the delta method, with the same
quantile, the number of rows less that of parameters as degrees of freedom. Of few rows whose number goes through all
its values evenly, as the lesson's hours do, the delta method is too sure (docs/coverage.md).
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit, stdtrit

from passage.association.fit import Fit, Searched
from passage.association.rows import Rows
from passage.base.rounding import PREDICTED, significant
from passage.model.design_rows import DesignRows

ALL = 100.0  # points: no effect is greater
SEARCHED = 5  # columns up to which ends are searched for
LEAST = 12  # rows: of fewer, the likelihood has several hills, and a search may end on a lesser one (docs/coverage.md)
CLOSE, DIGITS = 1e-10, 5  # where a search ends, and how many digits of an end it finds
NOWHERE = -1e6  # what a likelihood counts as where it has no number


def effects(fit: Fit, rows: Rows, levels: Sequence[Sequence[int]], level: float) -> list[dict[str, float]]:
    """Return effect, low and high of each column, in points of probability; low and high where rows are enough.

    rows: those that the fit is of. levels: positions of columns of 0 and 1 of which no row
    has more than one 1: those of a category, or a boolean alone; any other column is a number.
    """
    plain, freedom = fit.in_units(), len(rows) - len(fit.theta)
    groups = {place: list(group) for group in levels for place in group}
    columns = len(rows.columns)
    numbers = [place for place in range(columns) if place not in groups]
    sums = np.zeros((columns, 1 + len(plain.theta)))
    for values, _ in () if rows.coded else rows:
        directions = plain.directions(values)
        sums[numbers] += _differences(plain.theta, directions, numbers)
        for group in map(list, levels):
            sums[group] += _differences(plain.theta, _before(directions, plain, group), group)
    if rows.coded:
        sums = _of_codes(plain, rows, [*groups])
    found = []
    for place, mean in enumerate(sums / len(rows)):
        ends: dict[str, float] = {}
        if freedom > 0 and len(rows) >= LEAST:
            wanted = float(stdtrit(freedom, (1 + level) / 2))
            away = wanted * np.sqrt(mean[1:] @ plain.covariance @ mean[1:])
            ends = {"low": max(mean[0] - away, -1.0), "high": min(mean[0] + away, 1.0)}
            if fit.likelihood and columns <= SEARCHED:
                before = _before(plain.directions(rows.values()), plain, groups.get(place))
                ends = {
                    end: _end(fit, fit.likelihood, before, place, side, wanted, otherwise=ends[end])
                    for end, side in (("low", -1), ("high", 1))
                }
        exact = {end: significant(ALL * value, DIGITS) for end, value in ends.items()}
        found.append({"effect": significant(ALL * mean[0], PREDICTED)} | exact)
    return found


def _before(directions: np.ndarray, plain: Fit, group: list[int] | None) -> np.ndarray:
    """Return the directions of rows that have the reference where `group` has the columns of a category's levels."""
    if group is None:
        return directions
    of_reference = directions.copy()
    of_reference[:, 1:][:, group] = -plain.center[group]
    return of_reference


def _differences(theta: np.ndarray, before: np.ndarray, places: list[int]) -> np.ndarray:
    """Return the sums over rows of what 1 more in each column at `places` adds to the chance, and their derivatives.

    (n_places, 1 + n_parameters)
    """
    log_odds, own = (before @ theta)[:, np.newaxis], 1 + np.array(places, dtype=int)
    low, high = expit(log_odds), expit(log_odds + theta[own])
    by_low, by_high = low * (1 - low), high * (1 - high)
    derivatives = (by_high - by_low).T @ before
    derivatives[np.arange(len(own)), own] += by_high.sum(axis=0)
    return np.column_stack([_rise(log_odds, theta[own]).sum(axis=0), derivatives])


def _rise(log_odds: np.ndarray, step: Any) -> np.ndarray:
    """Return by how much chances are higher where `log_odds` are higher by `step`.

    Of a feature in small units (a second, a euro) the difference of both chances has lost its digits.
    """
    up = np.abs(step)
    least = log_odds + np.minimum(step, 0.0)
    return np.asarray(-np.sign(step) * np.expm1(-up) * expit(least + up) * expit(-least))


def _of_codes(plain: Fit, rows: Rows, alone: Sequence[int]) -> np.ndarray:
    """Return the same sums of all columns of rows with codes, (n_columns, 1 + n_parameters).

    alone: the columns of 0 and 1. A level's rows differ from the others in one number, so that nothing is multiplied
    for each pair of levels.
    """
    order, count = np.array(rows.order), len(rows.numbers)
    turn = np.eye(len(plain.theta))[[0, *(1 + order)]]
    turn[0, 1 + order[count:]] = -plain.center[order[count:]]  # codes have no center
    theta, sums = turn @ plain.theta, np.zeros((len(order), 1 + len(turn)))
    for design, _ in rows.designs(plain.center[order[:count]]):
        for own, place in enumerate(order[:count], 1):
            before = design.dense.copy()
            before[:, own] = -plain.center[place] if place in alone else before[:, own]
            sums[place] += _of_column(replace(design, dense=before), theta, own)
        start = 1 + count
        for category, size in enumerate(design.counts):
            sums[order[start - 1 : start - 1 + size]] += _of_category(design, theta, category, start)
            start += size
    return np.column_stack([sums[:, 0], sums[:, 1:] @ turn])


def _of_column(before: DesignRows, theta: np.ndarray, own: int) -> np.ndarray:
    """Return the sums of the parameter `own`, (1 + n_parameters,)."""
    log_odds = before @ theta
    low, high = expit(log_odds), expit(log_odds + theta[own])
    derivatives = before.sums(high * (1 - high) - low * (1 - low))
    derivatives[own] += (high * (1 - high)).sum()
    return np.concatenate([[_rise(log_odds, theta[own]).sum()], derivatives])


def _of_category(design: DesignRows, theta: np.ndarray, category: int, start: int) -> np.ndarray:
    """Return the sums of the levels of one of the categories, whose parameters begin at `start`."""
    own = slice(start, start + design.counts[category])
    before = replace(design, codes=[code * (at != category) for at, code in enumerate(design.codes)])
    log_odds = before @ theta
    low, high = expit(log_odds), expit(log_odds[:, np.newaxis] + theta[own])
    changes = high.sum(axis=0) - low.sum()
    high *= 1 - high
    of_own = high.sum(axis=0)
    high -= (low * (1 - low))[:, np.newaxis]
    derivatives = before.sums(high)
    derivatives[own] = np.diag(of_own)
    return np.column_stack([changes, derivatives.T])


def _end(
    fit: Fit, searched: Searched, before: np.ndarray, place: int, side: int, wanted: float, otherwise: float
) -> float:
    """Return how far the mean difference goes where the root of twice what the likelihood loses is at most `wanted`.

    A search may stop at a lesser hill, so there are three, each from as far as Wald would go: along the mean's own
    slope, and along the column both ways.
    side: -1 for the lower end, 1 for the upper one. otherwise: the end where no search gets further than the estimate,
    as where the likelihood may lose so much that Wald's way leads out of all reach.
    """
    likelihood, best = searched
    root = np.linalg.inv(np.linalg.cholesky(best.information)).T
    turn = np.vstack([np.eye(1, len(fit.theta)), fit.slopes]) @ root  # from steps of one standard error each

    def mean(step: np.ndarray) -> np.ndarray:
        [sums] = _differences(fit_theta + turn @ step, before, [place])
        return np.asarray(-side * np.concatenate([sums[:1], sums[1:] @ turn]) / len(before))

    def left(step: np.ndarray) -> float:
        point = likelihood.at(best.theta + root @ step, plainly=True)
        return max(wanted**2 - 2 * (best.value - point.value), NOWHERE)

    def falling(step: np.ndarray) -> np.ndarray:
        score = likelihood.at(best.theta + root @ step, plainly=True).score
        return np.asarray(2 * root.T @ score)

    fit_theta = fit.in_units().theta
    nothing = np.zeros(len(best.theta))
    along = [-mean(nothing)[1:], turn[1 + place], -turn[1 + place]]
    allowed: Any = {"type": "ineq", "fun": left, "jac": falling}
    options = {"ftol": CLOSE, "maxiter": 200}
    searches = (
        minimize(
            lambda step: mean(step)[0],
            way / np.linalg.norm(way) * wanted,
            jac=lambda step: mean(step)[1:],
            constraints=allowed,
            method="SLSQP",
            options=options,
        )
        for way in along
    )
    least = mean(nothing)[0]
    beyond = [found.fun for found in searches if found.fun < least and left(found.x) > -(CLOSE**0.5)]
    return float(-side * min(beyond)) if beyond else otherwise
