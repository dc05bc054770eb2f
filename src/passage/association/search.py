"""The way up to an optimum of Firth's penalised log-likelihood."""

from dataclasses import replace

import numpy as np

from passage.association.likelihood import Likelihood, Point

FLAT = 0.02  # least curvature, in units of the information, that a Newton step trusts
STEPS = 200
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
