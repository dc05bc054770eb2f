"""Why a column is nothing to predict from, or not as it stands."""

import re
from collections.abc import Sequence

import numpy as np
import pandas as pd
from pandas.api.types import is_integer_dtype

from passage.base.wording import verb
from tools.adopt.patterns import codes, dates, is_number, nearly_numbers, short

SAMPLE = 20_000  # values by which it is told what texts look like
CATEGORIES = 20  # different texts that a category may have however few rows each has
MOST_CATEGORIES, EACH = 100, 100  # and that it may have where each has so many rows on average
MANY = 20  # rows from which on a number that is in each row once is an identifier rather than chance
LONG = 40  # characters, on average, of a free text

COUNTS = frozenset(["index", "idx", "rowid"])
GROUPED = "an identifier of groups"
_IDENTIFIES = COUNTS | {"id", "ids", "uid", "uuid", "guid", "ssn", "iban", "email", "phone"}
_NUMBERED = frozenset(["nr", "no", "number", "num", "nummer", "key", "code"])


def no_measure(known: pd.Series, distinct: int, rows: int) -> str:
    """Return why a column of numbers is nothing to predict from, "" where it is."""
    if not np.isfinite(known.to_numpy(dtype=float)).all():
        infinite = int(np.isinf(known.to_numpy(dtype=float)).sum())
        return f"{infinite:,} of its {len(known):,} numbers {verb('is', infinite)} infinite"
    whole = is_integer_dtype(known) or bool((known % 1 == 0).all())
    if whole and (identifies := _identifies(words(str(known.name)), distinct, len(known))):
        return identifies
    if whole and distinct == rows > MANY and known.max() - known.min() == rows - 1:
        return f"an identifier: it counts the rows, from {short(known.min())} to {short(known.max())}"
    if whole and known.min() >= 19000101 and known.max() <= 21001231 and _days(known):
        return f"dates, from {short(known.min())} to {short(known.max())}"
    return ""


def _days(known: pd.Series) -> bool:
    some = known.iloc[:1000].astype("int64")
    return bool(((some // 100 % 100).between(1, 12) & (some % 100).between(1, 31)).all())


def no_category(known: pd.Series, distinct: int) -> str:
    """Return why a column of texts is nothing to predict from, "" where it is."""
    some = _some(known)
    if _mostly_numbers(known, some):
        return ""
    if dates(some):
        return f"dates or times, like {short(some.iloc[0])}"
    if distinct <= CATEGORIES:
        return "" if distinct < len(known) or distinct == 2 else _each(distinct)
    if identifies := _identifies(words(str(known.name)), distinct, len(known)):
        return identifies
    if nearly_numbers(some):
        return ""
    if distinct > len(known) / 2 and some.str.len().mean() >= LONG:
        return f"free text: {distinct:,} different ones, {some.str.len().mean():.0f} characters on average"
    return _each(distinct) if distinct == len(known) else ""


def no_few_categories(known: pd.Series, distinct: int) -> str:
    """Return what speaks against taking a column of texts for a category, "" where nothing does."""
    if distinct <= CATEGORIES and distinct < max(len(known), 3):
        return ""
    some = _some(known)
    if odd := _mostly_numbers(known, some):
        return f'mostly numbers, but also texts like "{short(odd)}"; make these numbers or gaps'
    if nearly := nearly_numbers(some):
        return nearly
    if distinct <= MOST_CATEGORIES and len(known) >= EACH * distinct:
        return ""
    each = f"{distinct:,} different values, {len(known) / distinct:,.1f} rows each on average"
    if some.map(is_number).all() and codes(known):
        return f"too many codes, like {short(some.iloc[0])}, which no number keeps: {each}"
    return f"too many categories: {each}"


def _some(known: pd.Series) -> pd.Series:
    return pd.Series(known.iloc[:SAMPLE].unique())


def _each(distinct: int) -> str:
    return f"an identifier or a name: each of the {distinct:,} values is there once"


def _mostly_numbers(known: pd.Series, some: pd.Series) -> str:
    """Return a text that is no number where most are, "" where that is not so."""
    numbers = some.map(is_number)
    if numbers.mean() < 0.5 or (numbers.all() and codes(known)):
        return ""
    return str(some[~numbers].iloc[0] if not numbers.all() else some.iloc[0])


def words(name: str) -> list[str]:
    """Return the words of a name in snake_case, camelCase or with blanks, in small letters."""
    return [word.lower() for word in re.findall(r"[A-ZÄÖÜ]?[a-zäöüß]+|[A-ZÄÖÜ]+(?![a-zäöüß])|\d+", name)]


def _identifies(words: Sequence[str], distinct: int, known: int) -> str:
    """Return what a column identifies by its name and its values, "" where it does not.

    Numbers, nr and the like, identify only where nearly each is there once: a house number may be a measure.
    """
    named = bool(_IDENTIFIES & {*words[:1], *words[-1:]})
    if distinct == known and (named or _NUMBERED & set(words[-1:])):
        return f"an identifier: each of the {distinct:,} values is there once"
    if named:
        return (
            f"{GROUPED}: {distinct:,} values in {known:,} rows, {known / distinct:.1f} each on "
            "average; rows of one group should not be on both sides of the split"
        )
    return ""
