"""What every way to estimate odds has in common."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from scipy.special import ndtri

if TYPE_CHECKING:
    from passage.association.fit import Fit

FIRTH, FIRTH_WALD, WALD = "firth", "firth-wald", "wald"
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
    profile; those of the others are Wald's. fit: what else may be asked of them.
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


def reach(level: float, errors: np.ndarray) -> np.ndarray:
    """Return how far from an estimate Wald's ends lie, by its standard error."""
    return np.asarray(float(ndtri((1 + level) / 2)) * errors)


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


def estimator(association: Mapping[str, Any]) -> str:
    """Return whose estimates association.json holds."""
    return {"wald": "maximum likelihood"}.get(association.get("method", ""), "Firth")
