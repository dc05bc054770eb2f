"""What each column of a table is: a number, a category, a boolean, or nothing to predict from, and why.

Gaps, different values and extremes are counted in all rows.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import pandas as pd
from pandas.api.types import is_bool_dtype, is_integer_dtype, is_numeric_dtype, is_object_dtype

from passage.base.progress import bar
from passage.base.wording import counted
from passage.model.design import MISSING
from passage.params.types import ADDED_COLUMNS
from tools.adopt.leakage import gives_away
from tools.adopt.patterns import codes, dates, is_number, nearly_numbers, padded, scalars

SAMPLE = 20_000  # values by which it is told what texts look like
CATEGORIES = 20  # different texts that a category may have
RARE = 20  # rows of a category; of fewer, some fold or split will have none
FEW = 20  # known values (of fewer rows: half of them); with less, training rows may have none
MANY = 20  # rows from which on a number that is in each row once is an identifier rather than chance
GROUPS = 20  # groups of rows that are enough to be divided
LONG = 40  # characters, on average, of a free text
INDICATOR = 0.05  # share of rows with a gap from which the gap itself is made a feature

_COUNTS = frozenset(["index", "idx", "rowid"])
_IDENTIFIES = _COUNTS | {"id", "ids", "uid", "uuid", "guid", "ssn", "iban", "email", "phone"}
_GROUPED = "an identifier of groups"
_NUMBERED = frozenset(["nr", "no", "number", "num", "nummer", "key", "code"])


@dataclass(frozen=True)
class Column:
    """What one column was taken for.

    kind: None where it is left out. why: in words. settings: its entry under `columns`, empty for a number without
    gaps. doubt: what only its user knows. numbers: how many columns of numbers a model makes of it. groups: whether
    it plainly says which rows belong together.
    """

    name: str
    kind: Literal["number", "category", "boolean"] | None
    why: str
    settings: dict[str, Any] = field(default_factory=dict)
    doubt: str = ""
    numbers: int = 1
    groups: bool = False

    @property
    def taken_for(self) -> str:
        """The kind, or that it is left out."""
        return self.kind or "left out"

    @property
    def said(self) -> str:
        """What it was taken for, why, and what is in doubt."""
        return f"{self.taken_for}: {'; '.join(filter(None, [self.why, self.doubt]))}"


def profile(table: pd.DataFrame, target: str, positive: object) -> list[Column]:
    """Return what each column of `table` but the target is, in the table's order."""
    truth = (table[target] == positive).to_numpy(dtype=bool)
    names = [name for name in table if name != target]
    return [_column(table[name], truth) for name in bar("looking at columns", "column", names)]


def group(columns: Sequence[Column]) -> str:
    """Return the one column that says which rows belong together, "" where there is none or several are."""
    names = [column.name for column in columns if column.groups]
    return names[0] if len(names) == 1 else ""


def doubts(columns: Sequence[Column]) -> Iterator[str]:
    """Yield in a line each what only the table's user knows."""
    for column in columns:
        if column.doubt:
            yield f"{column.name}: {column.doubt}"
    names = [column.name for column in columns if column.groups]
    if len(names) > 1:
        yield f"rows belong together by {' and by '.join(names)}: name one in split, with method: group"


def _column(values: pd.Series, truth: np.ndarray) -> Column:
    name, rows = str(values.name), len(values)
    came = known = values.dropna()
    gaps = rows - len(known)

    def out(why: str) -> Column:
        return Column(name, None, why)

    if not name:
        return out("it has no name")
    if name in ADDED_COLUMNS:
        return out("the tables of predictions use this name")
    if known.empty:
        return out("no value at all")
    if not scalars(known):
        return out(f"{known.dtype} in Parquet: no number, text or yes and no")
    if pd.api.types.is_datetime64_any_dtype(known) or str(known.dtype).startswith(("timedelta", "date", "time")):
        return out(f"dates or times, from {known.min()} to {known.max()}")
    known = _numbers_if_they_are(known)
    distinct = known.nunique()
    if distinct == 1:
        return out(f"always {_short(known.iloc[0])}" + (f" or missing ({gaps:,})" if gaps else ""))
    if len(known) < min(FEW, rows / 2):
        return out(f"known in {counted(len(known), 'row')} of {rows:,} only")
    kind: Literal["number", "boolean", "category"]
    if _booleans(known):
        kind, reason = "category" if gaps else "boolean", ""  # a boolean has no place for a third value
        known = known.astype(str)
        why = f"{int((known.str.lower() == 'true').sum()):,} of {len(known):,} are true"
    elif is_numeric_dtype(known):
        kind, why = "number", f"from {_short(known.min())} to {_short(known.max())}"
        reason = _no_measure(known, distinct, rows)
    else:
        kind, why = "category", ""
        reason = _no_category(known, distinct)
    if reason.startswith(_GROUPED):
        return _identifier_of_groups(name, reason, distinct, rows, gaps)
    given_away, asked = ("", "") if reason else gives_away(values, known, truth, distinct, number=kind == "number")
    if reason or given_away:
        return out(reason or given_away)
    settings: dict[str, Any] = {} if kind == "number" and not gaps else {"kind": kind}
    if gaps:
        settings["missing"] = "median" if kind == "number" else "category"
    if kind == "category":
        counts = known.value_counts()
        why = why or f"{distinct} values, " + ", ".join(
            f"{_short(value)} {count:,}" for value, count in counts.head(3).items()
        )
        rare, count = (MISSING, gaps) if 0 < gaps < counts.iloc[-1] else (counts.index[-1], int(counts.iloc[-1]))
        if count < RARE:
            settings["unseen"] = "reference"
            why += f"; {_short(rare)} in {counted(count, 'row')} only, so an unseen one is allowed"
        asked = asked or nearly_numbers(pd.Series(counts.index))
    elif kind == "number":
        why += _remarks(known, distinct)
        asked = asked or padded(came)
    if gaps:
        why += f"; {gaps:,} missing" + (", which is a category of its own" if kind == "category" else "")
        if kind == "number" and gaps / rows >= INDICATOR:
            settings["indicator"] = True
    numbers = (distinct - 1 + bool(gaps) if kind == "category" else 1) + ("indicator" in settings)
    return Column(name, kind, why, settings, asked, numbers)


def _identifier_of_groups(name: str, why: str, distinct: int, rows: int, gaps: int) -> Column:
    """Return a column that several rows share a value of: where that is plain, rows are to be divided by it."""
    plain = not gaps and GROUPS <= distinct <= rows / 2 and not _COUNTS & set(_words(name))
    asked = "" if plain else "must rows that share one stay together (split.method: group)?"
    return Column(name, None, why, doubt=asked, groups=plain)


def _numbers_if_they_are(known: pd.Series) -> pd.Series:
    """Return texts that all are numbers, and no codes, as numbers, as the pipeline reads them."""
    if is_numeric_dtype(known) or is_bool_dtype(known):
        return known
    texts = known.astype(str)
    if not is_number(str(texts.iloc[0])) or not is_number(str(texts.iloc[-1])):
        return _booleans_or_texts(known, texts)
    numbers = pd.to_numeric(texts, errors="coerce")
    return texts if numbers.isna().any() or is_object_dtype(numbers) or codes(texts) else numbers


def _booleans_or_texts(known: pd.Series, texts: pd.Series) -> pd.Series:
    return known if is_object_dtype(known) and all(isinstance(value, bool) for value in known.unique()) else texts


def _booleans(known: pd.Series) -> bool:
    if is_bool_dtype(known):
        return True
    return not is_numeric_dtype(known) and set(known.unique()) <= {True, False, "True", "False"}


def _no_measure(known: pd.Series, distinct: int, rows: int) -> str:
    """Return why a column of numbers is nothing to predict from, "" where it is."""
    if not np.isfinite(known.to_numpy(dtype=float)).all():
        return f"{int(np.isinf(known.to_numpy(dtype=float)).sum()):,} of its numbers are infinite"
    words = _words(str(known.name))
    whole = is_integer_dtype(known) or bool((known % 1 == 0).all())
    if whole and (identifies := _identifies(words, distinct, len(known))):
        return identifies
    if whole and distinct == rows > MANY and known.max() - known.min() == rows - 1:
        return f"an identifier: it counts the rows, from {_short(known.min())} to {_short(known.max())}"
    if whole and known.min() >= 19000101 and known.max() <= 21001231 and _days(known):
        return f"dates, from {_short(known.min())} to {_short(known.max())}"
    return ""


def _days(known: pd.Series) -> bool:
    some = known.iloc[:1000].astype("int64")
    return bool(((some // 100 % 100).between(1, 12) & (some % 100).between(1, 31)).all())


def _no_category(known: pd.Series, distinct: int) -> str:
    """Return why a column of texts is nothing to predict from, "" where it is."""
    some = pd.Series(known.iloc[:SAMPLE].unique())
    numbers, first = some.map(is_number), _short(some.iloc[0])
    are_codes = numbers.all() and codes(known)
    if numbers.mean() >= 0.5 and not are_codes:
        word = some[~numbers].iloc[0] if not numbers.all() else some.iloc[0]
        return f'mostly numbers, but also texts like "{_short(word)}"; make these numbers or gaps'
    if dates(some):
        return f"dates or times, like {first}"
    if distinct <= CATEGORIES and (distinct < len(known) or distinct == 2):
        return ""
    if distinct > CATEGORIES and (identifies := _identifies(_words(str(known.name)), distinct, len(known))):
        return identifies
    if nearly := nearly_numbers(some):
        return nearly
    if distinct > max(CATEGORIES, len(known) / 2) and some.str.len().mean() >= LONG:
        return f"free text: {distinct:,} different ones, {some.str.len().mean():.0f} characters on average"
    if distinct == len(known):
        return f"an identifier or a name: each of the {distinct:,} values is there once"
    each = f"{distinct:,} different values, {len(known) / distinct:,.1f} rows each on average"
    return (
        f"too many codes, like {first}, which no number keeps: {each}" if are_codes else f"too many categories: {each}"
    )


def _words(name: str) -> list[str]:
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
            f"{_GROUPED}: {distinct:,} values in {known:,} rows, {known / distinct:.1f} each on "
            "average; rows of one group should not be on both sides of the split"
        )
    return ""


def _remarks(known: pd.Series, distinct: int) -> str:
    whole = is_integer_dtype(known) or bool((known % 1 == 0).all())
    if whole and distinct == len(known) > MANY:
        return "; each value is there once: is it an identifier?"
    if whole and 2 < distinct <= 6:
        return f"; {distinct} different values: if they are codes, make it a category"
    return ""


def _short(value: object) -> str:
    if isinstance(value, float | np.floating):
        number = float(value)
        value = int(number) if number.is_integer() and abs(number) < 1e15 else f"{number:.6g}"
    text = str(value)
    return text if len(text) <= 30 else f"{text[:27]}..."
