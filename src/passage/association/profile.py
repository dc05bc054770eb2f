"""The profile of Firth's penalised log-likelihood: the ends of its intervals, and what it loses without a feature.

Both compare the optimum with a constrained one of the same penalised likelihood, whose penalty is that of the whole
design: a model without the feature has a penalty of its own, and its value is of another scale.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from scipy.special import ndtri

from passage.association.likelihood import Likelihood, Point
from passage.association.search import LONGEST, SAME, STEPS, maximise, newton
from passage.base.progress import bar

EXACT = 1e-22  # what the next step would gain in log-likelihood where the search for the coefficients ends
PROFILED = 1e-11  # the same for the other coefficients of a profile, which need half the digits
CLOSE = 1e-7  # relative length of the last Newton step towards an end of an interval; its error is the square
SETTLING, SETTLED = 60, 1e-16  # steps towards an end at most, and the last one's length in units of the information


def ends(likelihood: Likelihood, best: Point, slopes: np.ndarray, level: float) -> list[tuple[float, Point]]:
    """Return the lower ends of all `slopes`, then the upper ones; no more after an optimum higher than `best`."""
    found: list[tuple[float, Point]] = []
    for slope, side in bar("intervals of the odds", "ends", [(slope, side) for side in (-1, 1) for slope in slopes]):
        found.append(_end(likelihood, best, slope, side, level))
        if found[-1][1].value > best.value + SAME:
            break
    return found


def without(likelihood: Likelihood, best: Point, slopes: Sequence[np.ndarray]) -> list[Point]:
    """Return for each of `slopes`, (n_columns, n_parameters), the optimum where slopes @ theta is 0.

    No more after an optimum higher than `best`.
    """
    found: list[Point] = []
    for columns in bar("tests of the features", "features", slopes):
        found.append(_without(likelihood, best, columns))
        if found[-1].value > best.value + SAME:
            break
    return found


def at(likelihood: Likelihood, best: Point, slope: np.ndarray, value: float, start: np.ndarray) -> Point:
    """Return the optimum where `slope` @ theta is `value`, reached from `start`, a theta near it, or from `best`."""
    others = np.linalg.qr(slope[:, np.newaxis], mode="complete").Q[:, 1:]
    toward = np.linalg.solve(best.information, slope)
    thetas = (theta - toward * (slope @ theta - value) / (slope @ toward) for theta in (start, best.theta))
    points = [point for theta in thetas if np.isfinite((point := likelihood.at(theta)).value)]
    return max((maximise(likelihood, point, others, PROFILED) for point in points), key=lambda point: point.value)


def along(likelihood: Likelihood, best: Point, slopes: np.ndarray, side: int, level: float) -> np.ndarray:
    """Return the lower (side -1) or upper (1) end of each of `slopes` (n, n_parameters), as `ends` does, (n,).

    Each search begins where the one before has ended, by the steps of Venzon and Moolgavkar (1988), A method for
    computing profile-likelihood-based confidence intervals, Applied Statistics 37:87-94, which need a third of the
    evaluations. Where they do not settle, it is the search of `ends`.
    """
    wanted, start, found = best.value - float(ndtri((1 + level) / 2)) ** 2 / 2, best, np.empty(len(slopes))
    for place, slope in enumerate(slopes):
        end = _settled(likelihood, start, slope, side, wanted)
        start = end or best
        found[place] = slope @ end.theta if end else _end(likelihood, best, slope, side, level)[0]
    return found


def _settled(likelihood: Likelihood, point: Point, slope: np.ndarray, side: int, wanted: float) -> Point | None:
    """Return where the log-likelihood is `wanted` and `slope` @ theta is extreme, or None where that is not sure.

    The log-likelihood is taken for a parabola, on whose contour the extreme is known; where the penalty's own curvature
    leaves none, the information stands for it.
    """
    for _ in range(SETTLING):
        for curvature in (point.curvature, point.information):
            climb, toward = np.linalg.solve(curvature, np.column_stack([point.score, slope])).T
            sharp, rest = float(slope @ toward), 2 * (point.value - wanted) + float(point.score @ climb)
            if sharp > 0 and rest >= 0:
                break
        else:
            return None
        step = climb + side * np.sqrt(rest / sharp) * toward
        point = likelihood.at(point.theta + step / max(likelihood.change(point, step) / LONGEST, 1.0))
        if not np.isfinite(point.value):
            return None
        if float(step @ point.information @ step) < SETTLED:
            least = slope * (slope @ point.theta) / (slope @ slope)
            others = np.linalg.qr(slope[:, np.newaxis], mode="complete").Q[:, 1:]
            return point if _other_optimum(likelihood, point, least, others) is None else None
    return None


def _without(likelihood: Likelihood, best: Point, columns: np.ndarray) -> Point:
    others = np.linalg.qr(columns.T, mode="complete").Q[:, len(columns) :]
    weighted = others.T @ best.information
    nearest = others @ np.linalg.solve(weighted @ others, weighted @ best.theta)
    starts = [likelihood.at(nearest)]
    if best.curvature is not best.information or not np.isfinite(starts[0].value):  # there may be several optima
        starts.append(likelihood.at(np.zeros_like(nearest)))
    climbed = [maximise(likelihood, start, others, EXACT) for start in starts if np.isfinite(start.value)]
    return max(climbed, key=lambda point: point.value)


def _end(likelihood: Likelihood, best: Point, slope: np.ndarray, side: int, level: float) -> tuple[float, Point]:
    """Return where the profile of `slope` @ theta has lost what `level` allows, and the optimum there.

    The end is infinite where none was found, or where the optimum turned out higher than `best`.

    There 2 * (value at the optimum - greatest value with this coefficient) is the quantile of chi-squared (1 degree).
    Its root is nearly a straight line in the coefficient, so Newton's method needs few steps. They follow the ridge,
    outwards from the estimate: where it ends, the search climbs from there to the next one.
    side: -1 for the lower end, 1 for the upper one.
    """
    wanted, estimate = float(ndtri((1 + level) / 2)), float(slope @ best.theta)
    others = np.linalg.qr(slope[:, np.newaxis], mode="complete").Q[:, 1:]
    unit = slope / (slope @ slope)
    point = inside = best  # inside: the last point that has lost less than what is wanted
    ridge = _ridge(point, unit, others)
    curved = next(size for by in (best.curvature, best.information) if (size := float(ridge @ by @ ridge)) > 0)
    step = wanted / float(np.sqrt(curved))  # a saddle is not curved downwards
    for _ in range(STEPS):
        longest = LONGEST / likelihood.change(point, ridge)
        step = float(np.clip(step, -longest, longest))
        start = likelihood.at(point.theta + side * step * ridge)
        if not np.isfinite(start.value):
            step /= 2
            continue
        point = maximise(likelihood, start, others, PROFILED)
        if point.value > best.value + SAME:
            break
        lost, step = _remaining(best, point, ridge := _ridge(point, unit, others), wanted, side)
        beyond = side * float(slope @ (point.theta - inside.theta))
        if lost < wanted:
            inside = point
        elif not -beyond < step <= 0:  # on a lower ridge
            point, ridge, step = inside, _ridge(inside, unit, others), beyond / 2
        if abs(step) <= CLOSE * side * (slope @ point.theta - estimate):
            elsewhere = _other_optimum(likelihood, point, unit * (slope @ point.theta), others)
            if elsewhere is None:
                return float(slope @ point.theta + side * step), point
            if elsewhere.value > best.value + SAME:
                point = elsewhere
                break
            point = inside = elsewhere
            _, step = _remaining(best, point, ridge := _ridge(point, unit, others), wanted, side)
    return side * np.inf, replace(point, converged=False)


def _ridge(point: Point, unit: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Return how the constrained optimum moves with the coefficient that `unit` raises by 1."""
    return np.asarray(unit - newton(point, others, point.curvature @ unit))


def _remaining(best: Point, point: Point, ridge: np.ndarray, wanted: float, side: int) -> tuple[float, float]:
    """Return the root of what the profile has lost at `point`, and Newton's step outwards to where it is `wanted`."""
    lost = float(np.sqrt(max(2 * (best.value - point.value), 0.0)))
    falling = -side * float(point.score @ ridge)
    return lost, (wanted - lost) * lost / falling if falling > 0 else np.inf


def _other_optimum(likelihood: Likelihood, point: Point, theta: np.ndarray, others: np.ndarray) -> Point | None:
    """Return the constrained optimum reached from `theta` where it is higher than `point`, or None.

    The penalty can make several of them, but hardly where no row has much weight.
    """
    if point.curvature is point.information:
        return None
    start = likelihood.at(theta)
    found = maximise(likelihood, start, others, PROFILED) if np.isfinite(start.value) else start
    return found if found.value > point.value + SAME else None
