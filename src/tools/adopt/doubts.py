"""What only the user of a table knows of its values, asked in a line each; "" where there is nothing to ask."""

import json
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from passage.base.wording import counted, listed
from tools.adopt.patterns import is_number, short

_SIGNS = re.compile(r"[\W_]+")
_UNKNOWN = re.compile(
    r"n\.?/?a\.?|nan|null|nil|unknown|unk\.?|missing|not (?:available|known|given|applicable)"
    r"|unbekannt|keine angabe|k\. ?a\.?",
    re.IGNORECASE,
)
NONE_BELOW = frozenset([-1, -9, -99, -999, -9999])
NONE_ABOVE = frozenset([99, 999, 9999, 99999, 999999])
FAR = 2  # times the greatest of all others, from which on 99 and the like may stand for none
MEASURE = 4  # different numbers from which on -1 beside them may stand for none


def alike(labels: Iterable[str]) -> str:
    """Ask whether labels that differ in blanks, in capitals or in what nobody sees alone are one."""
    same = defaultdict(list)
    for label in labels:
        same[_seen(label).casefold()].append(label)
    several = [sorted(every) for every in same.values() if len(every) > 1]
    if not several:
        return ""
    first = ["".join(one.split()) for one in several[0]]
    how = "blanks" if len(set(first)) == 1 else "blanks or capitals"
    if len({one.casefold() for one in first}) > 1:  # two ways to write an accent, a letter of no width
        how = "blanks, capitals or what nobody sees"
    shown = listed(json.dumps(short(one), ensure_ascii=False) for one in several[0])
    more = f" (as do those of {counted(len(several) - 1, 'other group')})" if len(several) > 1 else ""
    return f"{shown} differ in {how} only{more}: are they one and the same?"


def _seen(label: str) -> str:
    """Return what of a label is seen: no blanks, no letters without width, and accents as they are written alike."""
    return "".join(one for one in unicodedata.normalize("NFKC", label) if one.isprintable() and not one.isspace())


def gap(counts: pd.Series) -> str:
    """Ask whether a category, of which `counts` says how many rows have it, stands for a value that is missing."""
    signs = [label for label in counts.index if _SIGNS.fullmatch(label)]
    known = [label for label in counts.index if _UNKNOWN.fullmatch(label.strip())]
    found = [*(signs if len(signs) == 1 else []), *known]  # + and - are two results
    if not found:
        return ""
    shown = listed(
        f"{json.dumps(short(one), ensure_ascii=False)} ({counted(int(counts[one]), 'row')})" for one in found
    )
    return f"does {shown} stand for a value that is missing? Then leave it empty"


def words(found: Mapping[str, Mapping[str, int]]) -> str:
    """Ask whether words that are read as gaps are categories. found: in how many rows of which column."""
    shown = [
        f'{name} ("{word}", {counted(rows, "row")})' for name, each in found.items() for word, rows in each.items()
    ]
    if not shown:
        return ""
    return f"{listed(shown)}: such a word is read as a missing value; where it is a category, write it another way"


def numbers_but_for(labels: Iterable[str]) -> str:
    """Ask whether categories of which most are numbers are numbers, but for one."""
    every = list(labels)
    others = [label for label in every if not is_number(label)]
    if not others or len(others) * 2 >= len(every):
        return ""
    return f"are these numbers, but for {listed(json.dumps(short(one), ensure_ascii=False) for one in others)}?"


def none(known: pd.Series) -> str:
    """Ask whether the least of numbers, as -1, or the greatest, as 999, stands for none."""
    values = np.sort(known.unique().astype(float))
    if len(values) < MEASURE:
        return ""
    least, greatest = values[0], values[-1]
    if least in NONE_BELOW and values[1] >= 0:
        one, low, high = least, values[1], greatest
    elif greatest in NONE_ABOVE and greatest >= FAR * values[-2] and least > -greatest:
        one, low, high = greatest, least, values[-2]
    else:
        return ""
    rows = counted(int((known == one).sum()), "row")
    others = f"all others from {short(low)} to {short(high)}"
    return f"does {short(one)} ({rows}, {others}) stand for a value that is missing? Then leave it empty"
