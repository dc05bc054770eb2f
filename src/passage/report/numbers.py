"""Numbers as sentences and tables show them."""

import math
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from passage.base.rounding import more

LEAST_P = 0.0001  # p-values below it are told as that
MOST = 1000.0  # times the odds; whatever is above is told as that
MINUS = "\N{MINUS SIGN}"
DIGITS, LONG = 3, 1e12  # significant ones; from where on an exponent is easier to read


def share(value: float) -> str:
    """Return a share in percent; only what is all or nothing is 100 % or 0 %."""
    percent = round(100 * value)
    if percent in (0, 100) and value not in (0, 1):
        return "over 99 %" if percent else "under 1 %"
    return f"{percent} %"


def p_value(value: float) -> str:
    """Return a p-value with the digits that are of use."""
    return f"p = {value:.2g}" if value >= LEAST_P else f"p {p(value)}"


def p(value: float) -> str:
    """Return a p-value with as many decimals as all of a column have."""
    return f"{value:.4f}" if value >= LEAST_P else f"under {LEAST_P:g}"


def level(confidence: float) -> str:
    """Return how often an interval is to hold the truth, in percent."""
    return f"{confidence * 100:g} %"


def times(ratio: float) -> str:
    """Return an odds ratio with three significant digits; what is out of all proportion is told as that."""
    if ratio > MOST:
        return f"over {MOST:,.0f}"
    return f"under {1 / MOST:g}" if ratio < 1 / MOST else _beside_one(ratio, number(ratio))


def odds_ratio(ratio: float) -> str:
    """Return an odds ratio with two decimals, as all of a column have them."""
    if ratio > MOST:
        return times(ratio)
    return "under 0.01" if ratio < 0.01 else _beside_one(ratio, f"{ratio:.2f}")


def _beside_one(ratio: float, text: str) -> str:
    """Return `text`, or of a ratio that it rounds to 1, up to four decimals that tell on which side of 1 it is."""
    if text not in ("1", "1.00"):
        return text
    return next((f"{ratio:.{decimals}f}" for decimals in range(3, 5) if round(ratio, decimals) != 1), text)


def number(value: float, digits: int = DIGITS) -> str:
    """Return `value` with so many significant digits, and all those before the point: the year 2015 is not 2,020.

    Without an exponent where a reader can do without one.
    """
    if not 1e-9 < abs(value) < LONG:
        return f"{value:.{digits}g}"
    whole = math.floor(math.log10(abs(value))) + 1
    return f"{Decimal(f'{value:.{max(digits, whole)}g}'):,f}"


def of_column(value: float, known: Mapping[str, Any]) -> str:
    """Return a value of a column with about three digits of what its values differ by: a year, 2,017.4.

    known: the least and the greatest of them, if anything.
    """
    least, greatest = known.get("least", 0.0), known.get("greatest", 0.0)
    return number(value, DIGITS + more(max(abs(least), abs(greatest)), greatest - least))


def alike(values: Sequence[float]) -> list[str]:
    """Return each of `values` with as many decimals as three significant digits of the greatest take.

    About as many of what they differ by, where that is less.
    """
    greatest = max(map(abs, values), default=0.0)
    whole = all(value == round(value) for value in values) or not greatest
    digits = DIGITS + (more(greatest, max(values) - min(values)) if values else 0)
    decimals = 0 if whole else min(9, max(0, digits - 1 - math.floor(math.log10(greatest))))
    return [f"{value:,.{decimals}f}" for value in values]


def loss(value: float) -> str:
    """Return a log loss, Brier score or the like with three decimals."""
    return f"{value:.3f}".replace("-", MINUS)


def signed(value: float, decimals: int) -> str:
    """Return a difference with its sign."""
    return f"{value:+.{decimals}f}".replace("-", MINUS)
