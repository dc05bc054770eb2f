"""What each column of a table is: a number, a category, a boolean, or nothing to predict from, and why.

Gaps, different values and extremes are counted in all rows. What takes longer, how well a column alone tells the two
labels apart, is measured on every k-th row, with k so that SAMPLE rows are not exceeded.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import pandas as pd
from pandas.api.types import is_bool_dtype, is_integer_dtype, is_numeric_dtype, is_object_dtype
from scipy.stats import rankdata

from passage.params import ADDED_COLUMNS
from passage.progress import bar

SAMPLE = 200_000  # rows
CATEGORIES = 20  # different texts that a category may have
RARE = 20  # rows of a category; of fewer, some fold or split will have none
LONG = 40  # characters, on average, of a free text
GIVEN_AWAY = 0.999  # area under the ROC curve of a column that gives the target away
ENOUGH = (20, 5)  # rows, and rows of each label, without which a column may well tell them apart by chance
INDICATOR = 0.05  # share of rows with a gap from which the gap itself is made a feature

_IDENTIFIES = frozenset(["id", "ids", "uid", "uuid", "guid", "index", "idx", "ssn", "iban", "email", "phone", "rowid"])
_NUMBERED = frozenset(["nr", "no", "number", "num", "nummer", "key", "code"])
_DAY = r"(\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.](\d{4}|\d{2}))"
_DATE = re.compile(rf"\s*({_DAY}([T ]+\d{{1,2}}:\d{{2}}.*)?|\d{{1,2}}:\d{{2}}(:\d{{2}})?)\s*")


@dataclass(frozen=True)
class Column:
    """What one column was taken for.

    kind: None where it is left out. why: in words. settings: its entry under `columns`, empty for a number without
    gaps.
    """

    name: str
    kind: Literal["number", "category", "boolean"] | None
    why: str
    settings: dict[str, Any] = field(default_factory=dict)

    @property
    def taken_for(self) -> str:
        """The kind, or that it is left out."""
        return self.kind or "left out"


def profile(table: pd.DataFrame, target: str, positive: object) -> list[Column]:
    """Return what each column of `table` but the target is, in the table's order."""
    truth = (table[target] == positive).to_numpy(dtype=bool)
    names = [name for name in table if name != target]
    return [_column(table[name], truth) for name in bar("looking at columns", "column", names)]


def _column(values: pd.Series, truth: np.ndarray) -> Column:
    name, rows = str(values.name), len(values)
    known = values.dropna()
    gaps = rows - len(known)

    def out(why: str) -> Column:
        return Column(name, None, why)

    if not name:
        return out("it has no name")
    if name in ADDED_COLUMNS:
        return out("the tables of predictions use this name")
    if known.empty:
        return out("no value at all")
    if not _scalars(known):
        return out(f"{known.dtype} in Parquet: no number, text or yes and no")
    if pd.api.types.is_datetime64_any_dtype(known) or str(known.dtype).startswith(("timedelta", "date", "time")):
        return out(f"dates or times, from {known.min()} to {known.max()}")
    known = _numbers_if_they_are(known)
    distinct = known.nunique()
    if distinct == 1:
        return out(f"always {_short(known.iloc[0])}" + (f" or missing ({gaps:,})" if gaps else ""))
    kind: Literal["number", "boolean", "category"]
    if _booleans(known):
        kind, why = "boolean", f"{int((known.astype(str).str.lower() == 'true').sum()):,} of {len(known):,} are true"
    elif is_numeric_dtype(known):
        kind, why = "number", f"from {_short(known.min())} to {_short(known.max())}"
        if reason := _no_measure(known, distinct, rows):
            return out(reason)
    else:
        kind, why = "category", ""
        if reason := _no_category(known, distinct, rows):
            return out(reason)
    if reason := _gives_away(values, known, truth, kind, distinct):
        return out(reason)
    settings: dict[str, Any] = {} if kind == "number" and not gaps else {"kind": kind}
    if kind == "category":
        counts = known.value_counts()
        why = f"{distinct} values, " + ", ".join(
            f"{_short(value)} {count:,}" for value, count in counts.head(3).items()
        )
        if counts.iloc[-1] < RARE:
            settings["unseen"] = "reference"
            why += f"; {_short(counts.index[-1])} in {_rows(int(counts.iloc[-1]))} only, so an unseen one is allowed"
    elif kind == "number":
        why += _remarks(known, distinct)
    if gaps:
        settings["missing"] = "median" if kind == "number" else "most_frequent"
        why += f"; {gaps:,} missing"
        if kind == "number" and gaps / rows >= INDICATOR:
            settings["indicator"] = True
    return Column(name, kind, why, settings)


def _scalars(known: pd.Series) -> bool:
    return not is_object_dtype(known) or not isinstance(known.iloc[0], list | dict | set | np.ndarray | bytes)


def _numbers_if_they_are(known: pd.Series) -> pd.Series:
    """Return texts that all are numbers as numbers, as the pipeline reads them."""
    if is_numeric_dtype(known) or is_bool_dtype(known):
        return known
    texts = known.astype(str)
    if not _number(str(texts.iloc[0])) or not _number(str(texts.iloc[-1])):
        return _booleans_or_texts(known, texts)
    numbers = pd.to_numeric(texts, errors="coerce")
    return texts if numbers.isna().any() or is_object_dtype(numbers) else numbers


def _booleans_or_texts(known: pd.Series, texts: pd.Series) -> pd.Series:
    return known if is_object_dtype(known) and all(isinstance(value, bool) for value in known.unique()) else texts


def _number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


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
    if whole and distinct == rows > ENOUGH[0] and known.max() - known.min() == rows - 1:
        return f"an identifier: it counts the rows, from {_short(known.min())} to {_short(known.max())}"
    if whole and known.min() >= 19000101 and known.max() <= 21001231 and _days(known):
        return f"dates, from {_short(known.min())} to {_short(known.max())}"
    return ""


def _days(known: pd.Series) -> bool:
    some = known.iloc[:1000].astype("int64")
    return bool(((some // 100 % 100).between(1, 12) & (some % 100).between(1, 31)).all())


def _no_category(known: pd.Series, distinct: int, rows: int) -> str:
    """Return why a column of texts is nothing to predict from, "" where it is."""
    values = pd.Series(known.iloc[: SAMPLE // 10].unique())
    numbers = values.map(_number)
    if numbers.any() and numbers.mean() >= 0.5:
        word = str(values[~numbers].iloc[0]) if not numbers.all() else str(values.iloc[0])
        return f'mostly numbers, but also texts like "{_short(word)}"; make these numbers or gaps'
    if values.map(lambda text: bool(_DATE.fullmatch(text))).mean() > 0.9:
        return f"dates or times, like {_short(values.iloc[0])}"
    if distinct > CATEGORIES and (identifies := _identifies(_words(str(known.name)), distinct, len(known))):
        return identifies
    if distinct > max(CATEGORIES, len(known) / 2) and values.str.len().mean() >= LONG:
        return f"free text: {distinct:,} different ones, {values.str.len().mean():.0f} characters on average"
    if distinct == len(known) and len(known) > 2:
        return f"an identifier or a name: each of the {distinct:,} values is there once"
    if distinct > CATEGORIES:
        return f"too many categories: {distinct:,} different values, {len(known) / distinct:,.1f} rows each on average"
    return ""


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
            f"an identifier of groups: {distinct:,} values in {known:,} rows, {known / distinct:.1f} each on "
            "average; rows of one group should not be on both sides of the split"
        )
    return ""


def _gives_away(values: pd.Series, known: pd.Series, truth: np.ndarray, kind: str, distinct: int) -> str:
    """Return by what measure a column gives the target away, "" where it does not."""
    step = -(-len(values) // SAMPLE)
    there, truth = values.notna().to_numpy()[::step], truth[::step]
    of = f" on {len(truth):,} of the rows" if step > 1 else ""
    gaps = area(~there, truth) if not there.all() else 0.5
    if _away(gaps):
        return f"it gives the target away: it is missing where the other label is (AUC {max(gaps, 1 - gaps):.4f}{of})"
    some = known.loc[values.index[::step][there]].to_numpy()
    outcomes = truth[there]
    if len(outcomes) < ENOUGH[0] or min(outcomes.sum(), (~outcomes).sum()) < ENOUGH[1]:
        return ""
    measured = area(some.astype(float), outcomes) if kind == "number" else 0.5
    if not _away(measured) and distinct <= CATEGORIES:
        codes, levels = pd.factorize(some)
        if len(outcomes) >= ENOUGH[1] * len(levels):
            shares = np.bincount(codes, outcomes) / np.bincount(codes)
            measured = area(shares[codes], outcomes)
    if _away(measured):
        return f"it gives the target away: alone it has an AUC of {max(measured, 1 - measured):.4f}{of}"
    return ""


def _away(measured: float) -> bool:
    return max(measured, 1 - measured) >= GIVEN_AWAY


def area(values: np.ndarray, truth: np.ndarray) -> float:
    """Return the area under the ROC curve of `values` (n numbers) for `truth` (n booleans); 0.5 where one label is all.

    By ranks: it is the Mann-Whitney statistic divided by its greatest value (Hanley and McNeil 1982).
    """
    positives = int(truth.sum())
    negatives = len(truth) - positives
    if not positives or not negatives:
        return 0.5
    ranks = rankdata(values)
    return float((ranks[truth].sum() - positives * (positives + 1) / 2) / (positives * negatives))


def _remarks(known: pd.Series, distinct: int) -> str:
    whole = is_integer_dtype(known) or bool((known % 1 == 0).all())
    if whole and distinct == len(known) > ENOUGH[0]:
        return "; each value is there once: is it an identifier?"
    if whole and 2 < distinct <= 6:
        return f"; {distinct} different values: if they are codes, make it a category"
    return ""


def _rows(count: int) -> str:
    return "one row" if count == 1 else f"{count:,} rows"


def _short(value: object) -> str:
    text = f"{value:.6g}" if isinstance(value, float | np.floating) else str(value)
    return text if len(text) <= 30 else f"{text[:27]}..."
