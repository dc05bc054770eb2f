"""What each column of a table is: a number, a category, a boolean, or nothing to predict from, and why.

Gaps, different values and extremes are counted in all rows.
"""

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
from tools.adopt import doubts, reasons
from tools.adopt.leakage import gives_away
from tools.adopt.patterns import codes, is_number, nearly_numbers, padded, scalars, short

RARE = 20  # rows of a category; of fewer, some fold or split will have none
FEW = 20  # known values (of fewer rows: half of them); with less, training rows may have none
GROUPS = 20  # groups of rows that are enough to be divided
INDICATOR = 0.05  # share of rows with a gap from which the gap itself is made a feature


@dataclass(frozen=True)
class Column:
    """What one column was taken for.

    kind: None where it is left out. why: in words. settings: its entry under `columns`, empty for a number without
    gaps. doubt: what only its user knows. numbers: how many columns of numbers a model makes of it. groups: whether
    it plainly says which rows belong together. offered: whether it is left out and may be a feature all the same, with
    these settings.
    """

    name: str
    kind: Literal["number", "category", "boolean"] | None
    why: str
    settings: dict[str, Any] = field(default_factory=dict)
    doubt: str = ""
    numbers: int = 1
    groups: bool = False
    offered: bool = False

    @property
    def said(self) -> str:
        """What it was taken for, and why."""
        return f"{self.kind or 'left out'}: {self.why}"


def profile(table: pd.DataFrame, target: str, positive: object) -> list[Column]:
    """Return what each column of `table` but the target is, in the table's order."""
    truth = (table[target] == positive).to_numpy(dtype=bool)
    names = [name for name in table if name != target]
    return [_column(table[name], truth) for name in bar("looking at columns", "column", names)]


def group(columns: Sequence[Column]) -> str:
    """Return the one column that says which rows belong together, "" where there is none or several are."""
    names = [column.name for column in columns if column.groups]
    return names[0] if len(names) == 1 else ""


def asked(columns: Sequence[Column]) -> Iterator[str]:
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
    if str(known.dtype).startswith(("date", "time")):
        return out(f"dates or times, from {known.min()} to {known.max()}")
    known = _numbers_if_they_are(known)
    distinct = known.nunique()
    if distinct == 1:
        return out(f"always {short(known.iloc[0])}" + (f" or missing ({gaps:,})" if gaps else ""))
    few = f"known in {counted(len(known), 'row')} of {rows:,} only" if len(known) < min(FEW, rows / 2) else ""
    kind: Literal["number", "boolean", "category"]
    if is_bool_dtype(known) or (not is_numeric_dtype(known) and set(known.unique()) <= {"True", "False"}):
        kind, nothing, reason = "category" if gaps else "boolean", "", few  # a boolean has no place for a third value
        known = known.astype(str)
        why = f"{int((known.str.lower() == 'true').sum()):,} of {len(known):,} are true"
    elif is_numeric_dtype(known):
        kind, why = "number", f"from {short(known.min())} to {short(known.max())}"
        nothing, reason = reasons.no_measure(known, distinct, rows), few
    else:
        kind, why = "category", ""
        nothing = reasons.no_category(known, distinct)
        reason = few or reasons.no_few_categories(known, distinct)
    if nothing.startswith(reasons.GROUPED):
        # Where it is plain that several rows share a value, they are to be divided by it.
        plain = not gaps and GROUPS <= distinct <= rows / 2 and not reasons.COUNTS & set(reasons.words(name))
        asked = "" if plain else "must rows that share one stay together (split.method: group)?"
        return Column(name, None, nothing, doubt=asked, groups=plain)
    if nothing:
        return out(nothing)
    given_away, asked = ("", "") if reason else gives_away(values, known, truth, distinct, number=kind == "number")
    counts = known.value_counts() if kind == "category" else pd.Series(dtype=int)
    settings, more = _prepared(counts, kind, gaps, rows)
    most = (f"{short(value)} {count:,}" for value, count in counts.head(3).items())
    why = (why or f"{distinct} values, {', '.join(most)}") + more
    if kind == "category":
        nearly = nearly_numbers(pd.Series(counts.index)) or doubts.numbers_but_for(counts.index)
        asked = "; ".join(filter(None, [asked, nearly, doubts.alike(counts.index), doubts.gap(counts)]))
    elif kind == "number":
        why += _remarks(known, distinct)
        asked = "; ".join(filter(None, [asked, padded(came), doubts.none(known)]))
    if left_out := reason or given_away:
        return Column(name, None, left_out, settings, offered=True)
    numbers = (distinct - 1 + bool(gaps) if kind == "category" else 1) + ("indicator" in settings)
    return Column(name, kind, why, settings, asked, numbers)


def _prepared(counts: pd.Series, kind: str, gaps: int, rows: int) -> tuple[dict[str, Any], str]:
    """Return the settings of a column under `columns`, and in words what they are made of. counts: by category."""
    settings: dict[str, Any] = {"kind": kind} if kind != "number" or gaps else {}
    why = f"; {gaps:,} missing" if gaps else ""
    if kind == "number" and gaps:
        settings |= {"missing": "median"} | ({"indicator": True} if gaps / rows >= INDICATOR else {})
    if kind == "category":
        if gaps:
            settings["missing"], why = "category", f"{why}, which is a category of its own"
        rare, count = (MISSING, gaps) if 0 < gaps < counts.iloc[-1] else (counts.index[-1], int(counts.iloc[-1]))
        if count < RARE:
            settings["unseen"] = "reference"
            why += f"; {short(rare)} in {counted(count, 'row')} only, so an unseen one is allowed"
    return settings, why


def _numbers_if_they_are(known: pd.Series) -> pd.Series:
    """Return what is no number or boolean as texts, or, where all are numbers and no codes, as numbers.

    As the pipeline reads them.
    """
    if is_numeric_dtype(known):  # or of booleans
        return known
    texts = known.astype(str)
    if not is_number(texts.iloc[0]) or not is_number(texts.iloc[-1]):
        return texts
    numbers = pd.to_numeric(texts, errors="coerce")
    return texts if numbers.isna().any() or is_object_dtype(numbers) or codes(texts) else numbers


def _remarks(known: pd.Series, distinct: int) -> str:
    whole = is_integer_dtype(known) or bool((known % 1 == 0).all())
    if whole and distinct == len(known) > reasons.MANY:
        return "; each value is there once: is it an identifier?"
    if whole and 2 < distinct <= 6:
        return f"; {distinct} different values: if they are codes, make it a category"
    return ""
