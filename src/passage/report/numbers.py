"""Numbers as sentences and tables show them."""

LEAST_P = 0.0001  # p-values below it are told as that
MOST = 1000.0  # times the odds; whatever is above is told as that


def share(value: float) -> str:
    """Return a share in percent; only what is all or nothing is 100 % or 0 %."""
    percent = round(100 * value)
    if percent in (0, 100) and value not in (0, 1):
        return "over 99 %" if percent else "under 1 %"
    return f"{percent} %"


def p_value(value: float) -> str:
    """Return a p-value with the digits that are of use."""
    return f"p = {value:.2g}" if value >= LEAST_P else f"p under {LEAST_P:g}"


def level(confidence: float) -> str:
    """Return how often an interval is to hold the truth, in percent."""
    return f"{confidence * 100:g} %"


def times(ratio: float) -> str:
    """Return an odds ratio with three significant digits; what is out of all proportion is told as that."""
    if ratio > MOST:
        return f"over {MOST:,.0f}"
    return f"under {1 / MOST:g}" if ratio < 1 / MOST else number(ratio)


def number(value: float) -> str:
    """Return `value` with three significant digits."""
    return f"{value:.3g}"
