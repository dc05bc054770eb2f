"""How the target goes with each feature among the training rows, without a penalty: odds and their intervals.

Written to models/NAME/association.json. It depends on the rows alone, not on how strongly a model is penalised.
"""

from dataclasses import asdict, dataclass
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from passage import firth, separation
from passage.digits import PREDICTED, significant

NEARLY_COPIES = 0.99  # correlation from which two features tell nearly the same


@dataclass(frozen=True)
class Association:
    """What the rows say of each feature, and what keeps them from saying more.

    intercept: log-odds where each feature is 0, absent (None) where the features depend on each other.
    features: by name, coefficient, low and high (Firth's estimate and its interval at `confidence`, log-odds per unit
    of the table) and standard_deviation (of the training rows, in units of the table); a number that is not known or
    not finite is absent. separation: how a plane divides the classes: none, quasi or perfect. constant: features with
    one value. dependent: features of which one follows from the others. nearly_copies: pairs with their correlation.
    """

    confidence: float
    rows: int
    intercept: float | None
    features: dict[str, dict[str, float]]
    separation: str
    constant: list[str]
    dependent: list[str]
    nearly_copies: list[tuple[str, str, float]]
    converged: bool

    def content(self) -> dict[str, Any]:
        """Return what is written to association.json."""
        return asdict(self)


def associate(rows: pd.DataFrame, target: np.ndarray, confidence: float) -> Association:
    """Return how `target` (n_rows,), 0 and 1, goes with the features in `rows` (n_rows, n_features).

    The features are in the table's own units.
    Raises ValueError where the target has one class alone.
    """
    spreads = rows.std(ddof=0)
    features = [str(name) for name in rows.columns]
    constant = [name for name in features if rows[name].min() == rows[name].max()]
    varying = rows[[name for name in features if name not in constant]]
    values = varying.to_numpy(dtype=float)
    numbers: dict[str, dict[str, float]] = {name: {} for name in features}
    intercept, dependent, converged = None, [], True
    if values.size:
        try:
            found = firth.fit(values, target, confidence)
        except firth.DependentColumns as columns:
            dependent = [varying.columns[position] for position in columns.together]
        else:
            intercept, converged = significant(found.intercept, PREDICTED), found.converged
            for position, name in enumerate(varying.columns):
                ends = {"coefficient": found.coefficients, "low": found.low, "high": found.high}
                numbers[name] = {end: values[position] for end, values in ends.items()}
    return Association(
        confidence=confidence,
        rows=len(rows),
        intercept=intercept,
        features={name: _finite(numbers[name] | {"standard_deviation": spreads[name]}) for name in features},
        separation=separation.kind(values, target),
        constant=constant,
        dependent=dependent,
        nearly_copies=nearly_copies(varying),
        converged=converged,
    )


def nearly_copies(rows: pd.DataFrame) -> list[tuple[str, str, float]]:
    """Return the pairs of features in `rows` (n_rows, n_features), none constant, that tell nearly the same."""
    correlations = np.corrcoef(rows.to_numpy(dtype=float), rowvar=False) if rows.shape[1] > 1 else np.eye(1)
    return [
        (rows.columns[one], rows.columns[other], significant(correlations[one, other], PREDICTED))
        for one, other in combinations(range(rows.shape[1]), 2)
        if abs(correlations[one, other]) >= NEARLY_COPIES
    ]


def _finite(numbers: dict[str, float]) -> dict[str, float]:
    return {name: significant(value, PREDICTED) for name, value in numbers.items() if np.isfinite(value)}
