"""The same as firth where rows are so many that a search for each end takes too long, and none of them has much weight.

Firth's estimate is one step of its score from that of maximum likelihood, but for what is as small as the square of
that step; the ends are `estimates.without_search`, and tests Wald's (Wald 1943, Tests of statistical hypotheses
concerning several parameters when the number of observations is large, Transactions of the American Mathematical
Society 54:426-482). No table is held, and maximum likelihood knows whether classes overlap.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import reduce
from itertools import starmap

import numpy as np
from scipy.special import expit

from passage.association.estimates import Estimates, wald_tests, without_search
from passage.association.fit import Fit
from passage.association.rows import Rows
from passage.base.progress import clock
from passage.model.design_rows import DesignRows, Squares, joined
from passage.model.separation import Part

SAMPLE = 50_000  # rows of which the search is begun
EXACT = 1e-16  # what the next step would gain in log-likelihood, of each row, where the search ends
STEPS = 25

Block = tuple[DesignRows, np.ndarray]


def fit(
    rows: Rows, level: float, together: Sequence[Sequence[int]] | None = None
) -> tuple[Estimates, Callable[[], Iterator[Part]]] | None:
    """Return the estimates, intervals and tests of firth.fit, and what separation.overlap_is_certain asks for.

    Nothing where there seems to be no finite optimum.
    rows: finite, of which no column is constant or follows from others.
    """
    center, covariances = rows.moments()
    scale, step, order = np.sqrt(np.diag(covariances)), max(len(rows) // SAMPLE, 1), np.array(rows.order, dtype=int)
    numbers, levels = order[: len(rows.numbers)], order[len(rows.numbers) :]
    scale[levels] = 1.0  # which are 0 and 1 in a design

    def designs() -> Iterator[Block]:
        return rows.designs(center[numbers], scale[numbers])

    some = [_some(designs(), step)] if step > 1 else []  # all rows are no sample, but a copy of the table
    nothing = np.zeros(len(scale) + 1)  # where the sample is not enough: a rare column may lack rows
    begun, _ = _maximise(lambda: iter(some or designs()), -(-len(rows) // step), nothing) or (nothing, None)
    with clock(f"odds of {len(rows):,} rows"):
        found = _maximise(designs, len(rows), begun)
        if found is None:
            return None
        likeliest, information = found
        theta = likeliest + np.linalg.solve(
            information, _penalty_score(designs(), likeliest, np.linalg.inv(information))
        )
        covariance = np.linalg.inv(_derivatives(designs(), theta)[1])
        slopes = np.eye(len(theta))[1:][np.argsort(order)] / scale[:, np.newaxis]
        coefficients, low, high = without_search((one for one, _ in designs()), theta, covariance, slopes, level)

    def off() -> Iterator[Part]:
        for design, target in designs():
            yield design, 2.0 * target - 1, np.abs(target - expit(design @ likeliest))

    groups = [[position] for position in range(len(scale))] if together is None else together
    turn = np.vstack([np.eye(1, len(theta)) + center[levels] @ slopes[levels], slopes])
    theta = turn @ theta
    estimates = Estimates(
        coefficients=coefficients,
        intercept=float(theta[0] - coefficients @ center),
        low=low,
        high=high,
        tests=wald_tests(coefficients, slopes @ covariance @ slopes.T, groups),
        converged=True,
        profiled=[],
        fit=Fit(center, np.eye(len(scale)), theta, turn @ covariance @ turn.T),
    )
    return estimates, off


def _some(designs: Iterator[Block], step: int) -> Block:
    """Return each row in so many, together."""
    parts, start = [], 0
    for design, target in designs:
        taken = slice(-start % step, None, step)
        parts.append((design[taken], target[taken]))
        start += len(target)
    some, targets = zip(*parts, strict=True)
    return joined(some), np.concatenate(targets)


def _maximise(
    designs: Callable[[], Iterator[Block]], rows: int, theta: np.ndarray
) -> tuple[np.ndarray, np.ndarray] | None:
    """Return the optimum that Newton's method reaches from `theta`, and the information there; nothing if it does not.

    The log-likelihood is concave: where steps do not shorten, classes are separated, or nearly so.
    designs: yields the design of some of the `rows` after the other, and their target, each time that it is called.
    """
    for _ in range(STEPS):
        score, information = _derivatives(designs(), theta)
        try:
            step = np.linalg.solve(information, score)
        except np.linalg.LinAlgError:
            return None
        if not np.isfinite(step).all():
            return None
        theta = theta + step
        if float(score @ step) <= EXACT * rows:
            return theta, information
    return None


def _derivatives(designs: Iterator[Block], theta: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the gradient of the log-likelihood, and the information."""

    def of(design: DesignRows, target: np.ndarray) -> tuple[np.ndarray, Squares]:
        probability = expit(design @ theta)
        return design.sums(target - probability), design.squares(probability * (1 - probability))

    score, information = reduce(lambda one, other: (one[0] + other[0], one[1] + other[1]), starmap(of, designs))
    return score, information.dense()


def _penalty_score(designs: Iterator[Block], theta: np.ndarray, covariance: np.ndarray) -> np.ndarray:
    """Return the gradient of Firth's penalty: each row's leverage, times 1/2 less its probability."""
    score = np.zeros_like(theta)
    for design, _ in designs:
        probability = expit(design @ theta)
        leverage = probability * (1 - probability) * design.spread(covariance)
        score += design.sums(leverage * (0.5 - probability))
    return score
