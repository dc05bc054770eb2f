"""How the odds change with a feature: what the model says, held back by its penalty, and what the rows say."""

import math
from collections.abc import Mapping
from typing import Any

from passage.base.rounding import FITTED, PREDICTED, significant

BESIDE_ONE = 5
ESTIMATES = ("firth", "maximum_likelihood", "unpenalised")  # the others: in results of earlier versions


def odds(
    coefficients: Mapping[str, float], association: Mapping[str, Any], against: Mapping[str, str]
) -> dict[str, Any]:
    """Return for each column of the design table what the odds are multiplied by: per_unit, per_standard_deviation.

    coefficients: the model's own, log-odds per unit. association: what association.json holds.
    standard_deviation: of the training rows, in units of the table. Of each step, odds_ratio is the model's own, held
    back by its penalty; firth is the estimate of the rows, and low and high are the ends of its interval. What is not
    known or too large for a number is absent. against: by column of 0 and 1, what a 1 (one unit more) is read against.
    group: of a column that tells rows of one class apart, those rows: they leave it no estimate, and one end.
    """
    ratios = {}
    for feature, known in association["features"].items():
        slopes = {
            "odds_ratio": coefficients[feature],
            **({"firth": known["coefficient"]} if "coefficient" in known else {}),
            **{end: known[end] for end in ("low", "high") if end in known},
        }
        ratios[feature] = {
            "per_unit": _ratios(slopes, 1.0, {"odds_ratio": FITTED}),
            "per_standard_deviation": _ratios(slopes, known["standard_deviation"]),
            "standard_deviation": known["standard_deviation"],
        } | ({"against": against[feature]} if feature in against else {})
        if group := association.get("one_class", {}).get(feature):
            ratios[feature]["group"] = {key: group[key] for key in ("rows", "positive", "value")}
    return ratios


def estimate(ratios: Mapping[str, float]) -> float | None:
    """Return what the rows say of a column, whichever estimator it is by; None where that is not known."""
    return next((ratios[name] for name in ESTIMATES if name in ratios), None)


def _ratios(slopes: Mapping[str, float], step: float, digits: Mapping[str, int] | None = None) -> dict[str, float]:
    """Return exp(slope * step) of each of `slopes` that a number can hold, with the digits that are right.

    digits: that a slope has, PREDICTED without it. Those before the point say nothing of the last digits of exp. What
    is near 1, as a ratio is for one more of many (a second, a euro), has BESIDE_ONE digits of what it is beside 1.
    """
    logs = {name: slope * step for name, slope in slopes.items()}
    known = {name: (digits or {}).get(name, PREDICTED) - _before_the_point(log) for name, log in logs.items()}
    return {
        name: significant(math.exp(log), max(min(known[name], PREDICTED), BESIDE_ONE + _zeros(log)))
        for name, log in logs.items()
        if abs(log) < 700
    }


def _before_the_point(number: float) -> int:
    return len(str(int(abs(number)))) if abs(number) >= 1 else 0


def _zeros(number: float) -> int:
    """Return how many places behind the point a number's first digit is: ten at most, since a float has 15 digits."""
    return min(max(-math.floor(math.log10(abs(number))), 0), 10) if number else 0
