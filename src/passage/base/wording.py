"""Words that sentences of several rooms are made of."""

from collections.abc import Iterable, Mapping
from typing import Any

SHOWN = 5  # names that a sentence lists


def verb(singular: str, count: str | int) -> str:
    """Return the verb that goes with `count`: is or are, has or have, lies or lie."""
    if str(count) == "1":
        return singular
    return {"is": "are", "has": "have"}.get(singular, singular.removesuffix("s"))


def counted(count: int, one: str) -> str:
    """Return how many there are: one row, or 1,234 rows."""
    return f"one {one}" if count == 1 else f"{count:,} {one}s"


def rest(labels: Iterable[Mapping[str, Any]], rows: str) -> str:
    """Return what the label `rest` of a target is made of: how many `rows` have each of `labels`."""
    return f"the rest is {listed('{label} ({rows:,} '.format(**one) + f'{rows})' for one in labels)}"


def listed(names: Iterable[str]) -> str:
    """Return names as one reads a list: a, b and c; of more than SHOWN, the first ones."""
    every = list(names)
    shown = every[:SHOWN] + ([f"{len(every) - SHOWN} more"] if len(every) > SHOWN else [])
    return " and ".join(filter(None, [", ".join(shown[:-1]), shown[-1]]))


def unbroken(value: Any) -> Any:
    """Return text whose percentages stay on one line."""
    return value.replace(" %", "\N{NO-BREAK SPACE}%") if isinstance(value, str) else value
