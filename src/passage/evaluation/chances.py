"""At which value of a number the chance is even, by the fit of the rows alone and by the model's penalised one."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from passage.association import effects, gaps, probability_interval
from passage.base.parquet import Table
from passage.base.rounding import PREDICTED, centered
from passage.model.classifier import PLAIN_THRESHOLD, Model
from passage.model.sides import Sides


def of_model(association: Mapping[str, Any], model: Model, sides: Sides) -> dict[str, Any]:
    """Return points, even_chance and probability_interval (probability_interval.how), as metrics/NAME.json has them."""
    return {
        "points": association.get("points", {}),
        "even_chance": even(association, model, sides.training, sides.target),
        **({"typical": association["typical"]} if "typical" in association else {}),
        "probability_interval": probability_interval.how(association, len(sides.test)) if len(sides.test) else "none",
    }


def even(association: Mapping[str, Any], model: Model, rows: Table, target: str) -> dict[str, Any]:
    """Return for each number what association.json says of its even chance, and the model's own value.

    The estimate is called firth. at_threshold: the same where the probability is the model's threshold,
    only where that is another one, and neither 0 nor 1, which no value has. rows: which train the model, the `target` 0
    or 1.
    """
    if not (found := association.get("even_chance")):
        return {}
    prepared, threshold = model.preparation, model.classifier.threshold
    whole = gaps.without(rows, association, [one.name for one in prepared.features])
    usual = effects.typical(whole, prepared, effects.told(association))
    held = {str(column): float(value) for column, value in usual.design.items()}  # each number asks for all others
    every = {name: _named(one, name, held, model, PLAIN_THRESHOLD) for name, one in found.items()}
    if threshold not in (0, PLAIN_THRESHOLD, 1) and "fit" in association:
        fit = probability_interval.refit(association, rows, target, prepared)
        names, level = association["fit"]["columns"], association["confidence"]
        for name, one in every.items():
            there = effects.of_number(whole[name], fit, names, usual, level, threshold)
            kept: dict[str, Any] = {
                key: there[key] for key in ("estimate", "shape", "low", "high", "in_data") if key in there
            }
            one["at_threshold"] = {"threshold": threshold} | _named(kept, name, held, model, threshold)
    return every


def _named(
    found: Mapping[str, Any], name: str, usual: Mapping[str, float], model: Model, chance: float
) -> dict[str, Any]:
    """Return `found` with its estimate called firth, and where the model has this `chance`, others `usual`."""
    named = {"firth" if key == "estimate" else key: value for key, value in found.items()}
    one, center, scale = model.classifier, model.scaler.center, model.scaler.scale
    slopes = {other: slope / scale[other] for other, slope in one.coefficients.items()}
    # From where rows are: log-odds where each feature is 0 lose the digits of years or times, far away from that.
    there = one.intercept + sum(slope * (usual[other] - center[other]) for other, slope in slopes.items())
    if slopes[name] and np.isfinite(away := (math.log(chance / (1 - chance)) - there) / slopes[name]):
        named["model"] = centered(usual[name] + away, max(scale[name], abs(away)), PREDICTED)
    return named
