"""The same as firth where rows are so many that a search for each end takes too long, and none of them has much weight.

Firth's estimate is one step of its score from that of maximum likelihood, but for what is as small as the square of
that step; the ends are `estimates.without_search`, and tests Wald's (Wald 1943, Tests of statistical hypotheses
concerning several parameters when the number of observations is large, Transactions of the American Mathematical
Society 54:426-482). No table is held twice, and maximum likelihood knows whether classes overlap.
"""

from collections.abc import Iterator, Sequence

import numpy as np
from scipy.special import expit

from passage.association.estimates import Estimates, blocks, wald_tests, without_search
from passage.association.fit import Fit
from passage.base.progress import clock

SAMPLE = 50_000  # rows of which the search is begun
EXACT = 1e-16  # what the next step would gain in log-likelihood, of each row, where the search ends
STEPS = 25


def fit(
    rows: np.ndarray, target: np.ndarray, level: float, together: Sequence[Sequence[int]] | None = None
) -> tuple[Estimates, np.ndarray] | None:
    """Return the estimates, intervals and tests of firth.fit, and by how much maximum likelihood is off at each row.

    Nothing where there seems to be no finite optimum.
    rows: (n_rows, n_features), finite, of which no column is constant or follows from others; scaled in place to mean 0
    and standard deviation 1.
    """
    center = rows.mean(axis=0)
    rows -= center
    scale = np.sqrt(sum((rows[block] ** 2).sum(axis=0) for block in blocks(len(rows))) / len(rows))
    rows /= scale
    step = max(len(rows) // SAMPLE, 1)
    begun = _maximise(rows[::step], target[::step], np.zeros(rows.shape[1] + 1))
    with clock(f"odds of {len(rows):,} rows"):
        found = None if begun is None else _maximise(rows, target, begun[0])
        if found is None:
            return None
        likeliest, information = found
        theta = likeliest + np.linalg.solve(information, _penalty_score(rows, likeliest, np.linalg.inv(information)))
        covariance = np.linalg.inv(_derivatives(rows, target, theta)[1])
        slopes = np.eye(len(theta))[1:] / scale[:, np.newaxis]
        coefficients, low, high = without_search(_designs(rows), theta, covariance, slopes, level)
    fit = Fit(center, np.diag(1 / scale), theta, covariance).in_units()
    off = np.concatenate(
        [np.abs(target[block] - expit(likeliest[0] + rows[block] @ likeliest[1:])) for block in blocks(len(rows))]
    )
    groups = [[position] for position in range(len(scale))] if together is None else together
    estimates = Estimates(
        coefficients=coefficients,
        intercept=float(theta[0] - coefficients @ center),
        low=low,
        high=high,
        tests=wald_tests(coefficients, slopes @ covariance @ slopes.T, groups),
        converged=True,
        profiled=[],
        fit=fit,
    )
    return estimates, off


def _maximise(rows: np.ndarray, target: np.ndarray, theta: np.ndarray) -> tuple[np.ndarray, np.ndarray] | None:
    """Return the optimum that Newton's method reaches from `theta`, and the information there; nothing if it does not.

    The log-likelihood is concave: where steps do not shorten, classes are separated, or nearly so.
    """
    for _ in range(STEPS):
        score, information = _derivatives(rows, target, theta)
        try:
            step = np.linalg.solve(information, score)
        except np.linalg.LinAlgError:
            return None
        if not np.isfinite(step).all():
            return None
        theta = theta + step
        if float(score @ step) <= EXACT * len(rows):
            return theta, information
    return None


def _designs(rows: np.ndarray) -> Iterator[np.ndarray]:
    return (np.column_stack([np.ones(len(rows[block])), rows[block]]) for block in blocks(len(rows)))


def _derivatives(rows: np.ndarray, target: np.ndarray, theta: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the gradient of the log-likelihood, and the information."""
    score, information = np.zeros_like(theta), np.zeros((len(theta), len(theta)))
    for block, design in zip(blocks(len(rows)), _designs(rows), strict=True):
        probability = expit(design @ theta)
        score += design.T @ (target[block] - probability)
        information += (design.T * (probability * (1 - probability))) @ design
    return score, information


def _penalty_score(rows: np.ndarray, theta: np.ndarray, covariance: np.ndarray) -> np.ndarray:
    """Return the gradient of Firth's penalty: each row's leverage, times 1/2 less its probability."""
    score = np.zeros_like(theta)
    for design in _designs(rows):
        probability = expit(design @ theta)
        leverage = probability * (1 - probability) * ((design @ covariance) * design).sum(axis=1)
        score += design.T @ (leverage * (0.5 - probability))
    return score
