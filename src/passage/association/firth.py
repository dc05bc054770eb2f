"""How a binary target goes with each feature, as log-odds with an interval that holds for few rows and separated ones.

Firth's logistic regression maximises log-likelihood + log(det(information)) / 2. Its optimum is finite where features
separate the classes, and so are both ends of its profile intervals: the penalised likelihood falls without end in every
direction (Kosmidis and Firth 2021). Where the data say little about one side, that end is far away.

A likelihood-ratio test says whether a feature tells something beyond the others: twice what the greatest penalised
likelihood loses where the feature's coefficients are 0. Of one column, it rejects where the interval leaves out 0.

Each end and each test is a search of its own. Where those of all features would take too long, ends are those of
`estimates.without_search` and tests are Wald's, of the same penalised fit; but not those of a column with a rare cell,
which they may miss by a standard error. Of such a column, the few rows that decide it (few.py) are searched as they
are, and all others as the parabola that they are near the optimum, which costs as much as the few.

Firth (1993), Bias reduction of maximum likelihood estimates, Biometrika 80:27-38.
Heinze and Schemper (2002), A solution to the problem of separation in logistic regression, Statistics in Medicine
21:2409-2419.
Kosmidis and Firth (2021), Jeffreys-prior penalty, finiteness and shrinkage in binomial-response generalized linear
models, Biometrika 108:71-82.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from scipy.special import chdtri

from passage.association import dependence, margins, profile
from passage.association import few as few_rows
from passage.association.estimates import (
    DEPENDENT,
    Estimates,
    Test,
    blocks,
    wald_tests,
    without_search,
)
from passage.association.fit import Fit
from passage.association.likelihood import INFLUENTIAL, Likelihood, OfBlocks, OfRows, Point
from passage.association.profile import EXACT
from passage.association.rows import Rows
from passage.association.search import SAME, highest, maximise
from passage.base.progress import clock

ROWS, COLUMNS = 200, 20  # up to which more is asked of the likelihood; of more rows Wald's ends hold the truth as often
LIMIT = 2e10  # multiplications for all searches, some twenty seconds, from which there are none
SEARCH, LEVERED_SEARCH = 20, 40  # evaluations that both ends and the test of a column take, about: without rows above
# INFLUENTIAL, and with them
EACH_ROW = 150  # multiplications that an evaluation's exponentials are worth
NEAR = 1e-16  # as EXACT, where each step reads all rows again: coefficients to 1e-8 of their standard errors
FAR = 1e-12  # p-value as far as which the parabola of other rows goes
CUBED = 0.2  # of n_parameters**3 multiplications, which are of large matrices and faster, one that counts


def fit(
    rows: np.ndarray | Rows,
    target: np.ndarray,
    level: float = 0.95,
    together: Sequence[Sequence[int]] | None = None,
) -> Estimates:
    """Return Firth's estimates for `rows` with profile penalised-likelihood intervals and tests, or without searches.

    rows: (n_rows, n_features), finite, in any units: their scale changes the result's units and nothing else; or some
    after the other, so that they are not held, of which no column is constant or follows from others.
    target: (n_rows,), 0 or 1. level: how often the intervals are to hold the truth. together: positions of the columns
    that are tested together; without it, each column is tested alone. Where the searches would take more than LIMIT,
    or rows are not held, only the ends of columns with a rare cell (margins) are searched for, the rarest first, among
    the rows that decide them if these are few. A test is searched for where the ends of all its columns are.
    Raises ValueError for one class alone, a column with one value, and columns of which one follows from others.
    What a search takes is `price`. Few rows with many features, or far values, can give the penalised
    likelihood several optima; of those that the searches meet the highest one counts. No step is longer than LONGEST,
    so which ones they meet is up to the rows, and not to the last bits of a processor's arithmetic, but for optima of
    the same height (of a column and its mirror image).
    """
    _require_both_classes(target)
    likelihood: Likelihood
    if held := isinstance(rows, np.ndarray):
        center, transform, likelihood = _designed(rows, target)
    else:
        center, transform, likelihood = _by_blocks(rows)
    free, slopes = np.eye(1 + len(transform)), np.column_stack([np.zeros(len(transform)), transform])
    groups = [[position] for position in range(len(slopes))] if together is None else together
    nothing = likelihood.at(np.zeros(len(free)), plainly=True)
    columns = Rows.of(rows, target) if isinstance(rows, np.ndarray) else rows
    searched, few = _affordable(nothing, columns, held=held)
    if len(searched) < len(slopes):
        with clock(f"odds of {len(slopes)} features"):
            nothing = _climbed(likelihood, nothing, EXACT if held else NEAR, plainly=True)
    once = price(len(target), len(slopes), levered=True) / LEVERED_SEARCH
    if searched or (held and once <= LIMIT):
        best = likelihood.at(nothing.theta)
    else:
        best = replace(nothing, curvature=nothing.information)
    best = _climbed(likelihood, best, EXACT) if searched else replace(best, converged=nothing.converged)
    tested = [place for place, group in enumerate(groups) if set(group) <= set(searched)]
    ends, others = list[tuple[float, Point]](), list[Point]()
    while searched:
        ends = profile.ends(likelihood, best, slopes[searched], level)
        if (higher := ends[-1][1]).value <= best.value + SAME:
            others = profile.without(likelihood, best, [slopes[groups[place]] for place in tested])
            higher = others[-1] if others else best
        if higher.value <= best.value + SAME:
            break
        best = maximise(likelihood, higher, free, EXACT)  # the first one was not the only optimum
    covariance = _covariance(best)
    coefficients, low, high = without_search(likelihood.designs(), best.theta, covariance, slopes, level)
    tests = wald_tests(coefficients, slopes @ covariance @ slopes.T, groups)
    if searched:
        low[searched], high[searched] = np.reshape([end for end, _ in ends], (2, -1))
    for place, point in zip(tested, others, strict=True):
        tests[place] = _likelihood_ratio(best.value - point.value, len(groups[place]))
    profiled = list(searched)
    asked = few_rows.asked(columns, groups, few)
    most = _most(len(slopes))
    for one, got in zip(asked, few_rows.searched(likelihood, best, slopes, level, asked, most), strict=True):
        if got and one.ends:
            low[one.columns[0]], high[one.columns[0]] = got.ends
            profiled.append(one.columns[0])
        if got and got.lost is not None:
            place = next(place for place, group in enumerate(groups) if set(one.columns) <= set(group))
            tests[place] = _likelihood_ratio(got.lost, len(one.columns), FAR)
    return Estimates(
        coefficients=coefficients,  # slope @ theta
        intercept=float(best.theta[0] - coefficients @ center),
        low=low,
        high=high,
        tests=tests,
        converged=best.converged and all(point.converged for point in [*(point for _, point in ends), *others]),
        profiled=sorted(profiled),
        fit=Fit(
            center=center,
            transform=transform,
            theta=best.theta,
            covariance=np.linalg.inv(best.information),
            likelihood=(likelihood, best)
            if isinstance(likelihood, OfRows) and is_small(len(target), len(slopes)) and len(searched) == len(slopes)
            else None,
        ),
    )


def is_small(rows: int, columns: int) -> bool:
    """Return whether a fit of so many rows and columns is asked by its profile for more than its coefficients."""
    return rows <= ROWS and columns <= COLUMNS


def again(rows: np.ndarray, target: np.ndarray, found: Fit) -> Fit:
    """Return the fit of the same `rows` and `target` that was `found` before, with its likelihood."""
    center, transform, likelihood = _designed(rows, target)
    level = found.theta[0] + (center - found.center) @ found.coefficients
    start = np.concatenate([[level], np.linalg.solve(transform, found.coefficients)])
    best = maximise(likelihood, likelihood.at(start), np.eye(len(start)), EXACT)
    return Fit(center, transform, best.theta, np.linalg.inv(best.information), (likelihood, best))


def price(rows: int, columns: int, *, levered: bool = False) -> float:
    """Return about how many multiplications the searches of one of so many `columns` take, or their worth in time.

    levered: whether a row has more leverage than INFLUENTIAL, where the penalty's own curvature counts.
    """
    parameters = columns + 1
    each = EACH_ROW + parameters**2 + (CUBED * parameters**3 if levered else 0)
    return float(rows * each * (LEVERED_SEARCH if levered else SEARCH))


def _affordable(nothing: Point, rows: Rows, *, held: bool) -> tuple[list[int], dict[int, np.ndarray]]:
    """Return the columns whose ends to search for among all rows, and the few rows of those that few are enough for.

    All among all rows; or, as far as LIMIT goes, those with rare cells, the rarest first. held: whether all rows are.
    """
    count = len(rows.columns)
    each = price(len(rows), count, levered=bool(nothing.leverage.max() > INFLUENTIAL)) if held else np.inf
    if each * count <= LIMIT:
        return list(range(count)), {}
    cells = margins.of_rows(rows)
    searched, few, left = list[int](), dict[int, np.ndarray](), LIMIT
    for place in (int(place) for place in np.argsort(cells, kind="stable") if cells[place] < margins.CELL):
        taken = few_rows.apart(rows, [place])
        costs = each if taken is None else price(len(taken), count, levered=True)
        if costs > left:
            continue
        left -= costs
        if taken is None:
            searched.append(place)
        else:
            few[place] = taken
    return sorted(searched), few


def _climbed(likelihood: Likelihood, start: Point, enough: float, *, plainly: bool = False) -> Point:
    """Return the highest optimum of rows that are held, and of others, which take long to read again, one of them."""
    if isinstance(likelihood, OfRows):
        return highest(likelihood, start, enough, plainly=plainly)
    return maximise(likelihood, start, np.eye(len(start.theta)), enough, plainly=plainly)


def _most(columns: int) -> float:
    """Return how many rows all columns that few decide can be searched among, together: some are searched twice."""
    return 2 * LIMIT / price(1, columns, levered=True)


def slope(column: np.ndarray, target: np.ndarray) -> tuple[float, float]:
    """Return Firth's coefficient of one column (n_rows,), without any other, and its variance."""
    _, transform, likelihood = _designed(column[:, np.newaxis], target)
    best = maximise(likelihood, likelihood.at(np.zeros(2)), np.eye(2), EXACT)
    scale = float(transform[0, 0])
    return scale * float(best.theta[1]), scale**2 * float(np.linalg.inv(best.information)[1, 1])


def contrast(cells: np.ndarray) -> tuple[float, float]:
    """Return what `slope` does of a column of 0 and 1, where the penalty is half a row more in each of four cells.

    cells: how many rows of each class have a 0, and how many a 1, (2, 2); both are some, and both classes.
    """
    rows, more = cells.sum(axis=1), cells + 0.5
    chance = more[:, 1] / (rows + 1)
    log_odds = np.log(more[:, 1] / more[:, 0])
    return float(log_odds[1] - log_odds[0]), float((1 / (rows * chance * (1 - chance))).sum())


def _likelihood_ratio(lost: float, degrees: int, least: float = 0.0) -> Test:
    """Return the test by what the likelihood has lost. What counts as the same optimum has lost nothing.

    least: the p-value as far as which that is known.
    """
    return Test(min(2 * lost if lost > SAME else 0.0, float(chdtri(degrees, least))), degrees)


def _covariance(best: Point) -> np.ndarray:
    """Return the inverse of the curvature, or of the information where the penalty is not curved downwards."""
    curvature = best.curvature if np.linalg.eigvalsh(best.curvature)[0] > 0 else best.information
    return np.asarray(np.linalg.inv(curvature))


def _require_both_classes(target: np.ndarray) -> None:
    if len(classes := np.unique(target)) < 2:
        only = f"is {classes[0]:g} in each of the {len(target)}" if len(target) else "has no"
        raise ValueError(f"the target {only} rows; both 0 and 1 must be among them")


def _designed(rows: np.ndarray, target: np.ndarray) -> tuple[np.ndarray, np.ndarray, OfRows]:
    """Return center and transform of `_whiten`, and the likelihood of the whitened rows."""
    center, transform, whitened = _whiten(np.asarray(rows, dtype=float))
    sign = np.where(np.asarray(target) == 1, 1.0, -1.0)
    return center, transform, OfRows(np.column_stack([np.ones(len(whitened)), whitened]), sign)


def _by_blocks(rows: Rows) -> tuple[np.ndarray, np.ndarray, OfBlocks]:
    """Return the same of rows that are not held."""
    center, covariances = rows.moments()
    scale, correlations = np.sqrt(np.diag(covariances)), dependence.correlations(covariances)
    if rows.coded:  # whitened, levels would have a number in each row
        levels = rows.order[len(rows.numbers) :]
        center[levels], scale[levels] = 0.0, 1.0
        transform = np.eye(len(scale))[np.argsort(rows.order)] / scale[:, np.newaxis]
    else:
        transform = np.linalg.inv(np.linalg.cholesky(correlations)).T / scale[:, np.newaxis]
    return center, transform, OfBlocks(rows, center, transform)


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
        together = ", ".join(map(str, np.flatnonzero(np.abs(vectors[:, 0]) > dependence.PART)))
        raise ValueError(f"columns {together} (from 0) depend on each other: one follows from the rest; leave one out")
    inverse = np.linalg.inv(np.linalg.cholesky(correlations))
    for block in blocks(len(rows)):
        whitened[block] = whitened[block] @ inverse.T
    return center, inverse.T / scale[:, np.newaxis], whitened
