"""The same as firth where rows are so many that a penalty and a profile change nothing: maximum likelihood.

Its intervals are estimate +- quantile * standard error (Wald 1943, Tests of statistical hypotheses concerning several
parameters when the number of observations is large, Transactions of the American Mathematical Society 54:426-482).
Where `margins` suit, their ends are within two hundredths of a standard error of the profile's; Firth's search for each
end would take n_features times as long.
"""

from collections.abc import Sequence

import numpy as np
from scipy.special import expit

from passage.association.estimates import Estimates, blocks, reach, wald_tests
from passage.association.fit import Fit
from passage.base.progress import clock

SAMPLE = 50_000  # rows of which the search is begun
EXACT = 1e-16  # what the next step would gain in log-likelihood, of each row, where the search ends
STEPS = 25


def fit(
    rows: np.ndarray, target: np.ndarray, level: float, together: Sequence[Sequence[int]] | None = None
) -> tuple[Estimates, np.ndarray] | None:
    """Return the estimates, intervals and tests of firth.fit, and by how much the probability of each row is off.

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
    theta, information = found
    fit = Fit(center, np.diag(1 / scale), theta, np.linalg.inv(information)).in_units()
    coefficients, covariance = fit.coefficients, fit.covariance[1:, 1:]
    away = reach(level, np.sqrt(np.diag(covariance)))
    off = np.concatenate(
        [np.abs(target[block] - expit(theta[0] + rows[block] @ theta[1:])) for block in blocks(len(rows))]
    )
    groups = [[position] for position in range(len(scale))] if together is None else together
    estimates = Estimates(
        coefficients=coefficients,
        intercept=float(theta[0] - coefficients @ center),
        low=coefficients - away,
        high=coefficients + away,
        tests=wald_tests(coefficients, covariance, groups),
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
        score, information = np.zeros_like(theta), np.zeros((len(theta), len(theta)))
        for block in blocks(len(rows)):
            design = np.column_stack([np.ones(len(rows[block])), rows[block]])
            probability = expit(design @ theta)
            score += design.T @ (target[block] - probability)
            information += (design.T * (probability * (1 - probability))) @ design
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
