"""What may be wrong with a table's line of names: it is a row, it is too long or too short, or has a name twice."""

import json
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from itertools import pairwise

from passage.base.wording import listed

ROWS = 200  # rows by which it is told whether the first line is one
LONG = 20  # digits of a number that counts nothing

_NUMBER = re.compile(r"[+-]?(?:\d[\d.,]*|[.,]\d+)(?:[eE][+-]?\d+)?%?")
# What pandas takes for missing (a test holds the two against each other).
MISSING = (
    "", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN", "<NA>", "N/A", "NA",
    "NULL", "NaN", "None", "n/a", "nan", "null",
)  # fmt: skip
# ... and what names and texts are none by.
GAP = re.compile(r"\W*|n/?a|nan|null|none", re.IGNORECASE)


def looks_like_a_row(names: Sequence[str], rows: Collection[Sequence[str]], known: Collection[str]) -> str:
    """Return in words why the first line is a row rather than `names`, "" where it is not.

    rows: the first ones below it. known: names that somebody has typed. It is a row where numbers stand above numbers,
    but for those that count (years, weeks) where no text stands above the same, or each text above one that is the
    same; a text above numbers makes it names, and so does one that somebody knows and no row has.
    """
    numbers, same = [], []
    others = False
    for place, name in enumerate(map(str.strip, names)):
        values = {row[place].strip() for row in rows if place < len(row) and row != names}
        values = {value for value in values if not GAP.fullmatch(value)}
        if not values or GAP.fullmatch(name):
            continue
        if _NUMBER.fullmatch(name):
            numbers += [name] if all(map(_NUMBER.fullmatch, values)) else []
        elif name in values:
            same.append(name)
        elif all(map(_NUMBER.fullmatch, values)) or name in known:
            return ""
        else:
            others = True
    if numbers and (same or not _count(numbers)):
        return f"{numbers[0]} stands above numbers"
    return f"{json.dumps(same[0], ensure_ascii=False)} stands above the same" if same and not others else ""


def _count(numbers: Sequence[str]) -> bool:
    if not all(number.isdecimal() and len(number) < LONG for number in numbers):
        return False
    steps = {int(later) - int(number) for number, later in pairwise(numbers)}
    return steps <= {1} or (len(numbers) > 2 and len(steps) == 1 and min(steps) > 0)


def row_instead(why: str) -> str:
    """Return what to do about a first line that looks like a row."""
    return (
        f"its first line looks like a row ({why}): put a line of names above it, or give them letters if they are names"
    )


def misfit(names: Sequence[str], width: int) -> str:
    """Return what may be wrong with a line of `names` where the first row has `width` values; "" for nothing known."""
    if width == len(names) - 1 and not names[-1].strip():
        return "; if all are so, the line of names ends with a separator too many"
    return "; if all are so, the line of names lacks one, as for row names" if width == len(names) + 1 else ""


def twice(names: Sequence[str], rows: Iterable[Sequence[str]] | None) -> list[str]:
    """Return a line for each name that is there more than once: whether its columns are the same, and what to do.

    rows: all of the table; None where they are not to be read.
    """
    places = defaultdict(list)
    for place, name in enumerate(names):
        places[name].append(place)
    several = {name: every for name, every in places.items() if len(every) > 1}
    if not several:
        return []
    differing = dict.fromkeys(several, 0)
    for row in rows or ():
        for name, every in several.items():
            differing[name] += len({row[place].strip() for place in every if place < len(row)}) > 1
    return [
        _twice(name, [place + 1 for place in every], None if rows is None else differing[name])
        for name, every in several.items()
    ]


def _twice(name: str, places: Sequence[int], differing: int | None) -> str:
    if not name:
        return f"columns {listed(map(str, places))} have no name; give each one a name of its own"
    times = "twice" if len(places) == 2 else f"{len(places)} times"
    there = f'the column "{name}" is there {times} (columns {listed(map(str, places))})'
    if differing == 0:
        return f"{there}, with the same values: keep one of them"
    rows = "one row" if differing == 1 else f"{differing or 0:,} rows"
    other = "" if differing is None else f", with other values in {rows}"
    return f"{there}{other}: give each a name of its own, as {name}_2"
