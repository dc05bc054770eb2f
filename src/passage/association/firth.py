"""How a binary target goes with each feature, as log-odds with an interval that holds for few rows and separated ones.

Firth's logistic regression maximises log-likelihood + log(det(information)) / 2. Its optimum is finite where features
separate the classes, and so are both ends of its profile intervals: the penalised likelihood falls without end in every
direction (Kosmidis and Firth 2021). Where the data say little about one side, that end is far away.

Each end is a search of its own. Where those of many features would take more than minutes, the ends are Wald's instead:
estimate +- quantile * standard error, of the same penalised fit.

Firth (1993), Bias reduction of maximum likelihood estimates, Biometrika 80:27-38.
Heinze and Schemper (2002), A solution to the problem of separation in logistic regression, Statistics in Medicine
21:2409-2419.
Kosmidis and Firth (2021), Jeffreys-prior penalty, finiteness and shrinkage in binomial-response generalized linear
models, Biometrika 108:71-82.
"""

from dataclasses import replace

import numpy as np
from scipy.special import ndtri

from passage.association.estimates import DEPENDENT, DependentColumns, Estimates, blocks
from passage.association.likelihood import INFLUENTIAL, Point, point_at
from passage.base.progress import bar, clock

EXACT = 1e-22  # what the next step would gain in log-likelihood where the search for the coefficients ends
PROFILED = 1e-11  # the same for the other coefficients of a profile, which need half the digits
CLOSE = 1e-7  # relative length of the last Newton step towards an end of an interval; its error is the square
FLAT = 0.02  # least curvature, in units of the information, that a Newton step trusts
SAME = 1e-7  # two optima whose log-likelihoods differ by less count as one
STEPS = 200
LIMIT = 1e12  # multiplications for all ends, two to three minutes, from which they are Wald's
SEARCH, LEVERED_SEARCH = 5, 50  # evaluations that an end takes, about: without rows above INFLUENTIAL, and with them
LONGEST = 1.0  # change of a row's log-odds, times the root of its leverage, that one step may bring


def fit(rows: np.ndarray, target: np.ndarray, level: float = 0.95) -> Estimates:
    """Return Firth's estimates for `rows` with profile penalised-likelihood intervals, Wald's beyond LIMIT.

    rows: (n_rows, n_features), finite, in any units: their scale changes the result's units and nothing else.
    target: (n_rows,), 0 or 1. level: how often the intervals are to hold the truth.
    Raises ValueError for one class alone and a column with one value, DependentColumns where one follows from others.
    Each end of an interval takes about five evaluations of n_rows * n_features**2 multiplications; 20 to 100, and
    n_features**3, where a row's leverage is above INFLUENTIAL. Few rows with many features can give the penalised
    likelihood several optima; of those that the searches meet the highest one counts. No step is longer than LONGEST,
    so which ones they meet is up to the rows, and not to the last bits of a processor's arithmetic.
    """
    _require_both_classes(target)
    center, transform, whitened = _whiten(np.asarray(rows, dtype=float))
    design = np.column_stack([np.ones(len(whitened)), whitened])
    sign = np.where(np.asarray(target) == 1, 1.0, -1.0)
    parameters = design.shape[1]
    slopes = np.column_stack([np.zeros(len(transform)), transform])  # coefficient = slope @ theta
    nothing = point_at(design, sign, np.zeros(parameters), plainly=True)
    if _price(nothing) > LIMIT:
        with clock(f"odds of {len(transform)} features"):
            best = _maximise(design, sign, nothing, np.eye(parameters), EXACT, plainly=True)
        return _with_wald_ends(best, slopes, center, level)
    best = _maximise(design, sign, point_at(design, sign, np.zeros(parameters)), np.eye(parameters), EXACT)
    while (each := _ends(design, sign, best, slopes, level))[-1][1].value > best.value + SAME:
        best = _maximise(design, sign, each[-1][1], np.eye(parameters), EXACT)  # the first one was not the only optimum
    coefficients = slopes @ best.theta
    low, high = np.array([end for end, _ in each]).reshape(2, -1)
    return Estimates(
        coefficients=coefficients,
        intercept=float(best.theta[0] - coefficients @ center),
        low=low,
        high=high,
        converged=best.converged and all(point.converged for _, point in each),
    )


def _price(point: Point) -> float:
    """Return about how many multiplications all ends of profile intervals take."""
    rows, parameters = len(point.leverage), len(point.theta)
    levered = point.leverage.max() > INFLUENTIAL
    return 2.0 * rows * parameters**3 * (LEVERED_SEARCH * parameters if levered else SEARCH)


def _with_wald_ends(best: Point, slopes: np.ndarray, center: np.ndarray, level: float) -> Estimates:
    coefficients = slopes @ best.theta
    errors = np.linalg.norm(np.linalg.inv(np.linalg.cholesky(best.information)) @ slopes.T, axis=0)
    reach = float(ndtri((1 + level) / 2)) * errors
    intercept = float(best.theta[0] - coefficients @ center)
    return Estimates(coefficients, intercept, coefficients - reach, coefficients + reach, best.converged, False)


def _require_both_classes(target: np.ndarray) -> None:
    if len(classes := np.unique(target)) < 2:
        only = f"is {classes[0]:g} in each of the {len(target)}" if len(target) else "has no"
        raise ValueError(f"the target {only} rows; both 0 and 1 must be among them")


def _whiten(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the columns' means, and columns without mean, scale and correlation that say the same as `rows`.

    center: (n_features,). transform: (n_features, n_features), so that a regression's coefficients for `rows` are
    transform @ those for the whitened columns. whitened: (n_rows, n_features).
    """
    if constant := np.flatnonzero(rows.max(axis=0) == rows.min(axis=0)).tolist():
        raise ValueError(f"column {constant[0]} (from 0) is {rows[0, constant[0]]:g} in each row; it must vary")
    center, scale = rows.mean(axis=0), rows.std(axis=0)
    whitened = (rows - center) / scale
    correlations = whitened.T @ whitened / len(rows)
    eigenvalues, vectors = np.linalg.eigh(correlations)
    if eigenvalues[0] < DEPENDENT:
        together = np.flatnonzero(np.abs(vectors[:, 0]) > 1e-4).tolist()
        raise DependentColumns(together)
    inverse = np.linalg.inv(np.linalg.cholesky(correlations))
    for block in blocks(len(rows)):
        whitened[block] = whitened[block] @ inverse.T
    return center, inverse.T / scale[:, np.newaxis], whitened


def _newton(point: Point, free: np.ndarray, gradient: np.ndarray) -> np.ndarray:
    """Return the Newton step for `gradient` within the columns of `free` (n_parameters, n_free).

    The penalty can make the curvature negative or nothing. Its size is taken then, so that each step leads upwards.
    """
    half = np.linalg.inv(np.linalg.cholesky(free.T @ point.information @ free)) @ free.T
    sizes, directions = np.linalg.eigh(half @ point.curvature @ half.T)
    turned = directions.T @ half
    return np.asarray(turned.T @ ((turned @ gradient) / np.maximum(np.abs(sizes), FLAT)))


def _maximise(
    design: np.ndarray, sign: np.ndarray, point: Point, free: np.ndarray, enough: float, *, plainly: bool = False
) -> Point:
    """Return the optimum that Newton's method reaches from `point` by moving within the columns of `free`.

    A step is halved until it gains, so the value never falls. The search ends when a step promises less than `enough`.
    """
    for _ in range(STEPS):
        step = _newton(point, free, point.score)
        promised = float(point.score @ step)
        step = step / max(_change(design, point, step) / LONGEST, 1.0)
        gain = float(point.score @ step)
        following = point_at(design, sign, point.theta + step, plainly=plainly)
        rounding = 1e-13 * (abs(point.value) + 1)
        while following.value < point.value + 1e-4 * gain - rounding and gain > enough:
            step, gain = step / 2, gain / 2
            following = point_at(design, sign, point.theta + step, plainly=plainly)
        point = following
        if promised <= enough:
            return replace(point, converged=True)
    return point


def _change(design: np.ndarray, point: Point, step: np.ndarray) -> float:
    """Return the greatest change of a row's log-odds that `step` brings, each times the root of the row's leverage.

    It says how far the information, and with it Newton's picture of the penalty, still holds. A step across several
    hills lands on one that the last bits choose; a short one climbs the hill that it stands on.
    """
    return float((np.sqrt(point.leverage) * np.abs(design @ step)).max())


def _ends(
    design: np.ndarray, sign: np.ndarray, best: Point, slopes: np.ndarray, level: float
) -> list[tuple[float, Point]]:
    """Return the lower ends of all `slopes`, then the upper ones; no more after an optimum higher than `best`."""
    found: list[tuple[float, Point]] = []
    for slope, side in bar("intervals of the odds", "ends", [(slope, side) for side in (-1, 1) for slope in slopes]):
        found.append(_end(design, sign, best, slope, side, level))
        if found[-1][1].value > best.value + SAME:
            break
    return found


def _end(
    design: np.ndarray, sign: np.ndarray, best: Point, slope: np.ndarray, side: int, level: float
) -> tuple[float, Point]:
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
    step = float(wanted / np.sqrt(ridge @ best.curvature @ ridge))
    for _ in range(STEPS):
        longest = LONGEST / _change(design, point, ridge)
        step = float(np.clip(step, -longest, longest))
        start = point_at(design, sign, point.theta + side * step * ridge)
        if not np.isfinite(start.value):
            step /= 2
            continue
        point = _maximise(design, sign, start, others, PROFILED)
        if point.value > best.value + SAME:
            break
        lost, step = _remaining(best, point, ridge := _ridge(point, unit, others), wanted, side)
        beyond = side * float(slope @ (point.theta - inside.theta))
        if lost < wanted:
            inside = point
        elif not -beyond < step <= 0:  # on a lower ridge
            point, ridge, step = inside, _ridge(inside, unit, others), beyond / 2
        if abs(step) <= CLOSE * side * (slope @ point.theta - estimate):
            elsewhere = _other_optimum(design, sign, point, unit * (slope @ point.theta), others)
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
    return np.asarray(unit - _newton(point, others, point.curvature @ unit))


def _remaining(best: Point, point: Point, ridge: np.ndarray, wanted: float, side: int) -> tuple[float, float]:
    """Return the root of what the profile has lost at `point`, and Newton's step outwards to where it is `wanted`."""
    lost = float(np.sqrt(max(2 * (best.value - point.value), 0.0)))
    falling = -side * float(point.score @ ridge)
    return lost, (wanted - lost) * lost / falling if falling > 0 else np.inf


def _other_optimum(
    design: np.ndarray, sign: np.ndarray, point: Point, theta: np.ndarray, others: np.ndarray
) -> Point | None:
    """Return the constrained optimum reached from `theta` where it is higher than `point`, or None.

    The penalty can make several of them, but hardly where no row has much weight.
    """
    if point.curvature is point.information:
        return None
    start = point_at(design, sign, theta)
    found = _maximise(design, sign, start, others, PROFILED) if np.isfinite(start.value) else start
    return found if found.value > point.value + SAME else None
