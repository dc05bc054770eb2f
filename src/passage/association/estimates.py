"""What every way to estimate odds has in common."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

FIRTH, FIRTH_WALD, WALD = "firth", "firth-wald", "wald"
DEPENDENT = 1e-10  # least eigenvalue of the features' correlations; below it eight digits cannot be had
BLOCK = 8192  # rows at a time: products of so many rows stay in the processor's cache


class DependentColumns(ValueError):
    """Columns of which one follows from the others.

    together: their positions.
    """

    def __init__(self, together: list[int]) -> None:
        self.together = together
        super().__init__(
            f"columns {', '.join(map(str, together))} (from 0) depend on each other: one follows from the rest and "
            "says nothing of its own; leave one out"
        )


@dataclass(frozen=True)
class Estimates:
    """Log-odds of class 1 per unit of each feature, other features held, with the ends of their intervals.

    coefficients, low, high: (n_features,), in the columns' own units. intercept: log-odds where each feature is 0.
    converged: False where a search did not end; an end that was not found is infinite. profiled: whether low and high
    are of the profile, not Wald's.
    """

    coefficients: np.ndarray
    intercept: float
    low: np.ndarray
    high: np.ndarray
    converged: bool
    profiled: bool = True


def blocks(count: int) -> Iterator[slice]:
    """Yield the places of BLOCK rows after the other."""
    return (slice(start, start + BLOCK) for start in range(0, count, BLOCK))


def estimator(association: Mapping[str, Any]) -> str:
    """Return whose estimates association.json holds."""
    return {"wald": "maximum likelihood"}.get(association.get("method", ""), "Firth")
