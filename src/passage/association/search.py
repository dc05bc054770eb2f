"""The way up to an optimum of Firth's penalised log-likelihood."""

from dataclasses import replace

import numpy as np

from passage.association.likelihood import INFLUENTIAL, Likelihood, OfRows, Point

FLAT = 0.02  # least curvature, in units of the information, that a Newton step trusts
STEPS = 200
LIKELIEST, ENOUGH, SHORT = 30, 1e-3, 1e-3  # steps to the likeliest point at most, what the last one promises, and the
# shortest part of one
SAME = 1e-7  # two optima whose log-likelihoods differ by less count as one
LONGEST = 1.0  # change of a row's log-odds, times the root of its leverage, that one step may bring


def newton(point: Point, free: np.ndarray, gradient: np.ndarray) -> np.ndarray:
    """Return the Newton step for `gradient` within the columns of `free` (n_parameters, n_free).

    The penalty can make the curvature negative or nothing. Its size is taken then, so that each step leads upwards.
    """
    half = np.linalg.inv(np.linalg.cholesky(free.T @ point.information @ free)) @ free.T
    sizes, directions = np.linalg.eigh(half @ point.curvature @ half.T)
    turned = directions.T @ half
    return np.asarray(turned.T @ ((turned @ gradient) / np.maximum(np.abs(sizes), FLAT)))


def maximise(likelihood: Likelihood, point: Point, free: np.ndarray, enough: float, *, plainly: bool = False) -> Point:
    """Return the optimum that Newton's method reaches from `point` by moving within the columns of `free`.

    A step is halved until it gains, so the value never falls. The search ends when a step promises less than `enough`.
    """
    for _ in range(STEPS):
        step = newton(point, free, point.score)
        promised = float(point.score @ step)
        step = step / max(likelihood.change(point, step) / LONGEST, 1.0)
        gain = float(point.score @ step)
        following = likelihood.at(point.theta + step, plainly=plainly)
        rounding = 1e-13 * (abs(point.value) + 1)
        while following.value < point.value + 1e-4 * gain - rounding and gain > enough:
            step, gain = step / 2, gain / 2
            following = likelihood.at(point.theta + step, plainly=plainly)
        point = following
        if promised <= enough:
            return replace(point, converged=True)
    return point


def highest(likelihood: OfRows, start: Point, enough: float, *, plainly: bool = False) -> Point:
    """Return the optimum above `start`, or where rows have much weight a higher one that is near the likeliest point.

    Rows far away make several optima, tens of log-likelihood apart, and no climb from 0 meets the one near their side.
    """
    free = np.eye(len(start.theta))
    found = maximise(likelihood, start, free, enough, plainly=plainly)
    if found.leverage.max() > INFLUENTIAL and (likeliest := _likeliest(likelihood, found)) is not None:
        begun = likelihood.at(likeliest, plainly=plainly)
        other = maximise(likelihood, begun, free, enough, plainly=plainly) if np.isfinite(begun.value) else begun
        return other if other.converged and other.value > found.value + SAME else found
    return found


def _likeliest(likelihood: OfRows, point: Point) -> np.ndarray | None:
    """Return the theta where Newton's method ends without the penalty, or None where it does not."""
    theta, (value, score, information) = point.theta, likelihood.without_penalty(point.theta)
    for _ in range(LIKELIEST):
        try:
            step = np.linalg.solve(information, score)
        except np.linalg.LinAlgError:
            return None
        if not np.isfinite(promised := float(score @ step)):
            return None
        if promised <= ENOUGH:
            break
        part = 1.0
        while (following := likelihood.without_penalty(theta + part * step))[0] < value and part > SHORT:
            part /= 2
        theta, (value, score, information) = theta + part * step, following
    else:
        return None
    return theta
