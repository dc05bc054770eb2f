"""Whether a feature tells something beyond the others, by p-values that hold for several features at once.

Holm (1979), A simple sequentially rejective multiple test procedure, Scandinavian Journal of Statistics 6:65-70.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy.special import chdtrc

from passage.association.estimates import Test
from passage.base.rounding import PREDICTED, significant


def of_features(tests: Mapping[str, Test]) -> dict[str, dict[str, Any]]:
    """Return chi_squared, degrees_of_freedom, p_value and p_value_holm of each feature.

    p_value: how often chance alone brings rows so far from a feature that tells nothing beyond the others. A verdict
    for each p_value_holm below 0.05 is wrong for any useless feature at all in 5 % of tables, not of features.
    """
    p_values = [float(chdtrc(test.degrees_of_freedom, test.chi_squared)) for test in tests.values()]
    return {
        feature: {
            "chi_squared": significant(test.chi_squared, PREDICTED),
            "degrees_of_freedom": test.degrees_of_freedom,
            "p_value": significant(p_value, PREDICTED),
            "p_value_holm": significant(adjusted, PREDICTED),
        }
        for (feature, test), p_value, adjusted in zip(tests.items(), p_values, holm(p_values), strict=True)
    }


def holm(p_values: list[float]) -> list[float]:
    """Return Holm's adjusted p-values: the least one times their number, the next one times one less, ..."""
    order = np.argsort(p_values, kind="stable")
    stepped = np.array(p_values)[order] * np.arange(len(p_values), 0, -1)
    adjusted = np.empty(len(p_values))
    adjusted[order] = np.minimum(np.maximum.accumulate(stepped), 1.0)
    return adjusted.tolist()
