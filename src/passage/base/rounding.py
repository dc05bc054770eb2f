"""How many digits of a number are written.

The last bits of a fit differ between CPUs and thread counts; ten significant digits do not. Whatever is computed from
a fit is computed from the written digits, so that it is the same everywhere.
"""

import math
from collections.abc import Iterable

import numpy as np

FITTED = 10
PREDICTED = 8

POWERS = np.array([float(f"1e{power}") for power in range(23)])  # of ten, those that a float holds without error


def significant(value: float, digits: int) -> float:
    """Return `value` rounded to `digits` significant decimal digits; zero has no sign."""
    return float(f"{value:.{digits}g}") + 0.0


def rounded(values: np.ndarray) -> np.ndarray:
    """Return each of `values` with as many digits as predictions are written with, to the bit as `significant` has it.

    A whole number of PREDICTED digits and a power of ten in POWERS are floats without error, so that their quotient or
    product is the float nearest to the decimal. Scaling rounds once, so that it may bring a value to the middle between
    two whole numbers, but never beyond: there, and where the power is greater, the decimal itself decides. Three to
    seven times as fast as one value after the other.
    """
    sizes = np.abs(values)
    usual = (sizes > 1e-12) & (sizes < 1e12)
    safe = np.where(usual, sizes, 1.0)
    exponents = PREDICTED - 1 - np.floor(np.log10(safe)).astype(int)
    up, down = POWERS[np.maximum(exponents, 0)], POWERS[np.maximum(-exponents, 0)]
    scaled = safe * up / down
    whole = np.rint(scaled)
    sure = usual & (np.abs(scaled - whole) < 0.5) & (whole >= 10 ** (PREDICTED - 1)) & (whole <= 10**PREDICTED)
    near: np.ndarray = np.copysign(whole * down / up, values)
    near[~sure] = [significant(value, PREDICTED) for value in values[~sure]]
    return near


def more(size: float, spread: float) -> int:
    """Return how many digits more numbers need that are large, of this `size`, beside their `spread`: years, times."""
    return math.floor(math.log10(abs(size) / spread)) if abs(size) > spread > 0 else 0


def centered(center: float, scale: float, digits: int = FITTED) -> float:
    """Return `center` with as many digits as (value - center) / scale needs to keep `digits` of its own."""
    return significant(center, digits + more(center, scale))


def fitted(names: Iterable[str], values: Iterable[float]) -> dict[str, float]:
    """Return fitted numbers by name, with as many digits as are the same everywhere."""
    return {name: significant(value, FITTED) for name, value in zip(names, values, strict=True)}
