"""What every way to estimate odds has in common, and the ends of intervals that no search finds.

Wald's ends, estimate +- quantile * standard error, are those of a likelihood like a parabola. The third derivative of a
profile is the likelihood's own along its ridge, so it costs no search, and tells by how much both ends lie further to
one side (Sprott 1973, Normal likelihoods and their relation to large sample theory of estimation, Biometrika
60:457-465).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from scipy.special import expit, ndtri

if TYPE_CHECKING:
    from passage.association.fit import Fit
    from passage.model.design_rows import DesignRows

FIRTH, FIRTH_WALD = "firth", "firth-wald"
DEPENDENT = 1e-10  # least eigenvalue of the features' correlations; below it eight digits cannot be had
BLOCK = 8192  # rows at a time: products of so many rows stay in the processor's cache


class Test(NamedTuple):
    """How far rows are from what they would say if a feature told nothing: chi-squared with so many degrees."""

    chi_squared: float
    degrees_of_freedom: int


@dataclass(frozen=True)
class Estimates:
    """Log-odds of class 1 per unit of each feature, other features held, with the ends of their intervals.

    coefficients, low, high: (n_features,), in the columns' own units. intercept: log-odds where each feature is 0.
    tests: of each group of columns, whether it tells something beyond the others. converged: False where a search did
    not end; an end that was not found is infinite. profiled: positions of the columns whose ends and tests are of the
    profile; of the others, tests are Wald's and ends those of `without_search`. fit: what else may be asked of
    them.
    """

    coefficients: np.ndarray
    intercept: float
    low: np.ndarray
    high: np.ndarray
    tests: list[Test]
    converged: bool
    profiled: list[int]
    fit: "Fit"


def blocks(count: int) -> Iterator[slice]:
    """Yield the places of BLOCK rows after the other."""
    return (slice(start, start + BLOCK) for start in range(0, count, BLOCK))


def without_search(
    designs: "Iterable[np.ndarray | DesignRows]",
    theta: np.ndarray,
    covariance: np.ndarray,
    slopes: np.ndarray,
    level: float,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return coefficients, slopes @ theta, and both ends of each: Wald's, shifted by what the third derivative tells.

    designs: some rows after the other, (n_rows, n_parameters). slopes: (n_columns, n_parameters). In standard errors d
    from the estimate a profile loses d**2 / 2 - third * d**3 / 6, which is quantile**2 / 2 at
    d = +-quantile + third * quantile**2 / 6, but for what is as small as the square of the shift.
    """
    coefficients, ridges = slopes @ theta, covariance @ slopes.T
    errors, quantile = np.sqrt(np.einsum("ij,ji->i", slopes, ridges)), float(ndtri((1 + level) / 2))
    third = np.zeros(len(slopes))
    for design in designs:
        yes = expit(design @ theta)
        along = design @ (ridges / errors)
        third -= (yes * (1 - yes) * (1 - 2 * yes)) @ (along * along * along)  # a power takes ten times as long
    middle, away = coefficients + errors * third * quantile**2 / 6, quantile * errors
    return coefficients, middle - away, middle + away


def wald_tests(coefficients: np.ndarray, covariance: np.ndarray, groups: Sequence[Sequence[int]]) -> list[Test]:
    """Return Wald's test of each of `groups`, positions of the columns that it holds against 0 together."""
    return [
        Test(float(coefficients[one] @ np.linalg.solve(covariance[np.ix_(one, one)], coefficients[one])), len(one))
        for one in map(list, groups)
    ]


def test_name(association: Mapping[str, Any]) -> str:
    """Return which test association.json holds of each feature."""
    if "method" not in association:
        return "Firth's penalised likelihood-ratio test"
    return "Wald's test" + (", or Firth's where intervals are searched for," if "profiled" in association else "")
