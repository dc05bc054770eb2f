"""What the values of a column look like: numbers, codes, numbers with a unit, dates."""

import re

import numpy as np
import pandas as pd
from pandas.api.types import is_numeric_dtype

from tools.adopt.numbers import READINGS

_MONTH = r"(?:jan|feb|m[aä]r|apr|ma[iy]|jun|jul|aug|sep|o[ck]t|nov|de[cz])[a-zä]*\.?"
_YEAR = r"(?:\d{4}|'?\d{2})"
_DAYS = "|".join(
    [
        r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}",
        rf"\d{{1,2}}[-/.]\d{{1,2}}[-/.]{_YEAR}",
        r"(?:19|20)\d{2}[-/](?:0?[1-9]|1[0-2])",
        rf"(?:\d{{1,2}}\.?[-/ ]?)?{_MONTH}[-/ ]?{_YEAR}",
        rf"{_MONTH} \d{{1,2}}, ?{_YEAR}",
    ]
)
_DATE = re.compile(rf"\s*(?:(?:{_DAYS})(?:[T ]+\d{{1,2}}:\d{{2}}.*)?|\d{{1,2}}:\d{{2}}(?::\d{{2}})?)\s*", re.IGNORECASE)

_CURRENCY = r"[$€£¥]|(?:AUD|CAD|CHF|CNY|CZK|DKK|EUR|GBP|HUF|INR|JPY|NOK|PLN|SEK|USD)(?=[\d ])"
_WITH_UNIT = re.compile(
    rf"([+-]? ?(?:{_CURRENCY})?) ?({READINGS['point']}|{READINGS['comma']})\s*([%‰°$€£¥]?[A-Za-zµ²³/]{{0,8}}\.?)"
)
MOST = 0.9  # share of the different values that must look alike


def short(value: object) -> str:
    """Return a value of a table for a line of text: numbers with six digits and all before the point, texts cut."""
    if isinstance(value, float | np.floating):
        number = float(value)
        whole = abs(number) < 1e15 and (number.is_integer() or abs(number) >= 1e6)
        value = f"{number:.0f}" if whole else f"{number:.6g}"
    text = str(value)
    return text if len(text) <= 30 else f"{text[:27]}..."


def scalars(known: pd.Series) -> bool:
    """Return whether the values (one at least) are no lists, mappings or bytes, as a Parquet file may hold."""
    return not isinstance(known.iloc[0], list | dict | set | tuple | np.ndarray | bytes)


def is_number(text: str) -> bool:
    """Return whether the pipeline reads `text` as a number, as pandas does: 1_000 is none."""
    try:
        float(text)
    except ValueError:
        return False
    return "_" not in text


def codes(texts: pd.Series) -> bool:
    """Return whether `texts` are digits of which some, three or more, begin with a 0: as numbers they would lose it."""
    return bool(texts.str.fullmatch(r"0\d{2,}").any() and texts.str.fullmatch(r"\d+").all())


def padded(known: pd.Series) -> str:
    """Return in words that some of what is read as numbers begins with a 0, which may make it a code; "" where none."""
    texts = known.astype(str) if not is_numeric_dtype(known) else pd.Series([], dtype=str)
    found = texts[texts.str.fullmatch(r"0\d+")]
    return f"are these codes, as {found.iloc[0]} begins with a 0? then make it a category" if len(found) else ""


def dates(texts: pd.Series) -> bool:
    """Return whether nearly all `texts` are days, months or times."""
    return bool(texts.map(lambda text: _DATE.fullmatch(text) is not None).mean() > MOST)


def nearly_numbers(texts: pd.Series) -> str:
    """Return in words what keeps `texts` from being numbers, "" where it is more than a sign or one unit."""
    found = [match.groups() for text in texts if (match := _WITH_UNIT.fullmatch(text.strip()))]
    if len(found) < MOST * len(texts) or codes(texts):
        return ""
    units = pd.Series([f"{before.strip(' +-')}{after}" for before, _, after in found])
    if units.value_counts().iloc[0] < MOST * len(texts):
        return ""
    how = "with a sign or a unit" if units.mode()[0] else "as text"
    return f"numbers {how}, like {texts.iloc[0]}; write the number alone, with a decimal point"
