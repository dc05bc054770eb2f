"""Values, as what is said of a table has them."""

import numpy as np


def short(value: object) -> str:
    """Return a value of a table for a line of text: numbers with six digits, texts cut."""
    if isinstance(value, float | np.floating):
        number = float(value)
        value = int(number) if number.is_integer() and abs(number) < 1e15 else f"{number:.6g}"
    text = str(value)
    return text if len(text) <= 30 else f"{text[:27]}..."
