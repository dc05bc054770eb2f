"""How many digits of a number are written.

The last bits of a fit differ between CPUs and thread counts; ten significant digits do not. Whatever is computed from
a fit is computed from the written digits, so that it is the same everywhere.
"""

import math
from collections.abc import Iterable

import numpy as np

FITTED = 10
PREDICTED = 8


def significant(value: float, digits: int) -> float:
    """Return `value` rounded to `digits` significant decimal digits; zero has no sign."""
    return float(f"{value:.{digits}g}") + 0.0


def rounded(values: np.ndarray) -> np.ndarray:
    """Return each of `values` with as many digits as predictions are written with."""
    return np.array([significant(value, PREDICTED) for value in values.ravel()]).reshape(values.shape)


def centered(center: float, scale: float) -> float:
    """Return `center` with as many digits as (value - center) / scale needs to keep those of `scale`.

    Where values are large beside their spread (times in milliseconds), these are more.
    """
    more = math.floor(math.log10(abs(center) / scale)) if abs(center) > scale else 0
    return significant(center, FITTED + more)


def fitted(names: Iterable[str], values: Iterable[float]) -> dict[str, float]:
    """Return fitted numbers by name, with as many digits as are the same everywhere."""
    return {name: significant(value, FITTED) for name, value in zip(names, values, strict=True)}
