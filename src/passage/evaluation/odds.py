"""How the odds change with a feature: what the model says, and what the rows say without its penalty."""

import math
from collections.abc import Mapping
from typing import Any

from passage.base.rounding import PREDICTED, significant


def odds(
    coefficients: Mapping[str, float], association: Mapping[str, Any], against: Mapping[str, str]
) -> dict[str, Any]:
    """Return for each column of the design table what the odds are multiplied by: per_unit, per_standard_deviation.

    coefficients: the model's own, log-odds per unit. association: what association.json holds.
    standard_deviation: of the training rows, in units of the table. Of each step, odds_ratio is the model's own, held
    back by its penalty; unpenalised, low and high are Firth's and belong together. What is not known or too large for a
    number is absent. against: by column of 0 and 1, what a 1 (one unit more) is read against.
    """
    ratios = {}
    for feature, known in association["features"].items():
        slopes = {
            "odds_ratio": coefficients[feature],
            **{ratio: known[end] for ratio, end in _FIRTH.items() if end in known},
        }
        ratios[feature] = {
            "per_unit": _ratios(slopes, 1.0),
            "per_standard_deviation": _ratios(slopes, known["standard_deviation"]),
            "standard_deviation": known["standard_deviation"],
        } | ({"against": against[feature]} if feature in against else {})
    return ratios


_FIRTH = {"unpenalised": "coefficient", "low": "low", "high": "high"}


def _ratios(slopes: Mapping[str, float], step: float) -> dict[str, float]:
    """Return exp(slope * step) of each of `slopes` that a number can hold."""
    logs = {name: slope * step for name, slope in slopes.items()}
    return {name: significant(math.exp(log), PREDICTED) for name, log in logs.items() if abs(log) < 700}
