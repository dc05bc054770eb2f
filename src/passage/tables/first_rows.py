"""Features that params.yaml takes for numbers and that are texts, told by a table's first rows, before it is read."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from passage.params import Params
from passage.tables import header
from passage.tables.names import GAP, MISSING

CELLS = 200_000  # values that are looked at, in as many rows as that makes, at least LEAST
LEAST = 100
SEVERAL = 3  # texts of a column, a hundredth of its rows at least, that are no slip of the pen
SHARE = 0.01
_BETWEEN = re.compile(r"\d ?[-–/:] ?\d")  # as in a day, a time and 20-30, which no way to write one number has


def texts(settings: Params) -> Iterator[str]:
    """Yield one line for each feature that `settings` take for a number and that is text in several rows."""
    for name, lane in settings.models.items():
        numbers = [feature for feature in lane.features if lane.column(feature).kind == "number"]
        target = [lane.target] if lane.column(lane.target).missing == "drop" else []
        rows = max(LEAST, CELLS // max(len(numbers), 1))
        try:
            every = header.first_values(Path(lane.data), [*numbers, *target], rows) if numbers else {}
        except (OSError, ValueError):  # a damaged Parquet file, which split is told of
            continue
        for feature in numbers:
            values = _with_label(every[feature], every.get(lane.target))
            found = [text for text in map(_text, values) if text]
            if len(found) >= max(SEVERAL, SHARE * len(values)):
                yield (
                    f"{lane.data}: {feature} is {json.dumps(found[0], ensure_ascii=False)} and the like, but a feature "
                    f"is a number unless models.{name}.columns says otherwise, as {feature}: {{kind: category}} does"
                )


def _with_label(values: list[Any], labels: list[Any] | None) -> list[Any]:
    """Return the values of rows that have a label; where rows without one are not left out, all."""
    if labels is None:
        return values
    return [value for value, label in zip(values, labels, strict=False) if str(label) not in MISSING]


def _text(value: object) -> str:
    """Return a value that is no number and no gap as text, "" for one that is."""
    if value is None or (isinstance(value, int | float) and not isinstance(value, bool)):
        return ""
    text = str(value)
    if any(map(str.isdigit, text)) and not any(letter.isalpha() or letter in "+<>" for letter in text):
        # a number, or one that is written otherwise, is told with its line
        return text if _BETWEEN.search(text) else ""
    try:
        float(text)
    except ValueError:
        return "" if GAP.fullmatch(text.strip()) else text
    return ""
