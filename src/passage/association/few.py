"""Searches among the few rows that decide a column, with all others as the parabola that they are near the optimum.

Which rows these are is up to the search, too. Another rare column, or a level that others are held against, can give
way to the one that is searched: the rows that tell both apart decide then, wherever they are. So each row is taken
whose log-odds the way to an end moves by MOVED; where the end turns out to move more rows, it is searched for again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import chdtri, ndtri

from passage.association import margins, profile
from passage.association.likelihood import Likelihood, OfRows, Point
from passage.association.rows import Rows
from passage.association.search import SAME

MOVED = 0.25  # log-odds; the weighted squares of all rows' are about 4 at an end, so that others' cubes hardly count
ROUNDS = 5
VERDICT = 0.05  # p-value up to which a test's way to 0 is followed: further off it is one all the same


@dataclass(frozen=True)
class Asked:
    """What to search for: the ends of one column, the test of one or several, or both.

    columns: their positions. rows: positions of those that the columns tell apart.
    """

    columns: Sequence[int]
    rows: np.ndarray
    ends: bool
    test: bool


@dataclass(frozen=True)
class Found:
    """Both ends of a column, and how much the likelihood loses without all columns, as asked for."""

    ends: list[float]
    lost: float | None


def asked(rows: Rows, groups: Sequence[Sequence[int]], few: Mapping[int, np.ndarray]) -> list[Asked]:
    """Return what to search for among few rows: the ends of the columns `few`, and the tests of their `groups`.

    few: positions of the rows that a column tells apart (`apart`), by its position.
    """
    found = []
    for group in map(list, groups):
        alone = len(group) == 1
        found += [Asked([place], few[place], ends=True, test=alone) for place in sorted(few.keys() & set(group))]
        if not alone and set(group) <= few.keys() and (taken := apart(rows, group, 0)) is not None:
            found.append(Asked(group, taken, ends=False, test=True))
    return found


def apart(rows: Rows, places: Sequence[int], times: int = margins.FEWER) -> np.ndarray | None:
    """Return the positions of the few rows that columns tell apart, or None where they are not few."""
    taken = margins.apart((rows.column(rows.columns[place]) for place in places), rows.target, times)
    return None if taken is None else np.flatnonzero(taken)


def searched(
    likelihood: Likelihood, best: Point, slopes: np.ndarray, level: float, asked: Sequence[Asked], most: float
) -> list[Found | None]:
    """Return what was `asked` for, and nothing where an end is not found, or all searches take more rows than `most`.

    slopes: of all columns, (n_columns, n_parameters).
    """
    left, covariance = most, np.linalg.inv(best.information)
    found: list[Found | None] = [None] * len(asked)
    taken, open_ = [one.rows for one in asked], [*range(len(asked))]
    steps = [_first(best, covariance, slopes[list(one.columns)], level, ends=one.ends) for one in asked]
    for turn in range(ROUNDS):
        moved = _moved(likelihood, [steps[place] for place in open_])
        before, still = dict(zip(open_, (len(taken[place]) for place in open_), strict=True)), []
        for place, rows in zip(open_, moved, strict=True):
            taken[place] = np.union1d(taken[place], rows)
            if turn == 0 or len(taken[place]) > before[place]:
                found[place] = None
                if len(taken[place]) <= left:
                    left -= len(taken[place])
                    still.append(place)
        if not still:
            return found
        held = np.unique(np.concatenate([taken[place] for place in still]))
        some = likelihood.few(held)
        for place in [*still]:
            near = some.few(np.searchsorted(held, taken[place])).around(best)
            found[place], steps[place] = _found(near, near.at(best.theta), slopes, level, asked[place])
            if found[place] is None:
                still.remove(place)
        open_ = still
    for place in open_:
        found[place] = None
    return found


def _found(
    near: OfRows, peak: Point, slopes: np.ndarray, level: float, asked: Asked
) -> tuple[Found | None, np.ndarray]:
    """Return what was asked for, and by what theta moved, (n_steps, n_parameters)."""
    columns, nothing = list(asked.columns), np.empty((0, len(peak.theta)))
    if np.linalg.eigvalsh(peak.curvature)[0] <= 0:  # no top, so that a search would leave it
        return None, nothing
    ends = profile.ends(near, peak, slopes[columns], level) if asked.ends else []
    without = profile.without(near, peak, [slopes[columns]]) if asked.test else []
    points = [*(point for _, point in ends), *without]
    if not all(point.converged and point.value <= peak.value + SAME for point in points):
        return None, nothing
    lost = peak.value - without[-1].value if without else None
    steps = [point.theta - peak.theta for _, point in ends]
    if not asked.ends and lost is not None:
        steps = [_bounded(without[-1].theta - peak.theta, 2 * lost, len(columns))]
    return Found([end for end, _ in ends], lost), np.array(steps)


def _first(best: Point, covariance: np.ndarray, slopes: np.ndarray, level: float, *, ends: bool) -> np.ndarray:
    """Return by what theta moves to Wald's end, or to where all `slopes` @ theta are 0, (1, n_parameters)."""
    ridges = covariance @ slopes.T
    if not ends:
        back = np.linalg.solve(slopes @ ridges, slopes @ best.theta)
        chi_squared = float(back @ slopes @ best.theta)
        return _bounded(-ridges @ back, chi_squared, len(slopes))[np.newaxis]
    return np.asarray((ridges * float(ndtri((1 + level) / 2)) / np.sqrt(slopes @ ridges).item()).T)


def _bounded(step: np.ndarray, chi_squared: float, degrees: int) -> np.ndarray:
    """Return a step no longer than to where a test of so many degrees of freedom rejects."""
    return np.asarray(step * min(1.0, float(np.sqrt(chdtri(degrees, VERDICT) / max(chi_squared, 1e-300)))))


def _moved(likelihood: Likelihood, steps: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Return for each of `steps`, (n, n_parameters), the positions of the rows that one of them moves by MOVED."""
    start, found = 0, [[np.empty(0, dtype=int)] for _ in steps]
    for design in likelihood.designs():
        for place, several in enumerate(steps):
            rows = np.flatnonzero((np.abs(design @ several.T) > MOVED).any(axis=1))
            found[place].append(start + rows)
        start += len(design)
    return [np.concatenate(parts) for parts in found]
