"""The target of a table: its two labels, and which of them is the positive one."""

import difflib
import json
import shlex
from collections.abc import Sequence
from itertools import islice
from typing import NamedTuple

import pandas as pd
from pandas.api.types import is_float_dtype

from passage.base.errors import Mistake
from passage.base.wording import counted, listed, verb
from passage.params.labels import REST, written
from tools.adopt import doubts
from tools.adopt.patterns import scalars

Label = str | int | float | bool

POSITIVE = frozenset(
    ["1", "true", "yes", "y", "t", "ja", "j", "wahr", "oui", "si", "sí", "positive", "positiv", "pos", "+", "success"]
)
NEGATIVE = frozenset(
    ["0", "-1", "false", "no", "n", "f", "nein", "falsch", "non", "none", "negative", "negativ", "neg", "-", "failure"]
)
NOT = ("not", "non", "no", "un", "nicht", "kein")
SHOWN = 8  # labels that are named where there are too many


class Outcome(NamedTuple):
    """The two labels of a target, by rows: the positive one, the other one, and why.

    gaps: rows without a label. others: the labels that count as the rest, which is then the other one.
    """

    positive: Label
    negative: Label
    counts: dict[Label, int]
    why: str
    gaps: int = 0
    others: Sequence[Label] = ()

    @property
    def rules(self) -> dict[str, str]:
        """The target's entry under `columns`."""
        return ({"missing": "drop"} if self.gaps else {}) | ({"others": REST} if self.others else {})

    @property
    def said(self) -> str:
        """Why the positive label is the positive one, and how many rows have which."""
        this, that = self.positive, self.negative
        return (
            f"{self.why}; {self.counts[this]:,} rows have {written(this)}, {self.counts[that]:,} have {written(that)}"
        )

    @property
    def doubts(self) -> list[str]:
        """What only the table's user knows: labels that may be one, rows that are left out, labels put together."""
        labels = [written(label) for label in (*(self.others or [self.negative]), self.positive)]
        found = [doubts.alike(labels)]
        if self.gaps:
            left = f"{counted(self.gaps, 'row')} without it {verb('is', self.gaps)} left out (missing: drop)"
            found += [f"{left}: {verb('is', self.gaps)} {'it' if self.gaps == 1 else 'they'} like the others?"]
        if self.others:
            found += [f"{listed(map(_quoted, self.others))} count as one (others: rest): is that the question?"]
        return [one for one in found if one]


def is_fraction(column: pd.Series) -> bool:
    """Return whether the target `column` has labels that params.yaml takes as text only, as 1.5."""
    return is_float_dtype(column) and bool((column.dropna() % 1 != 0).any())


def outcome(column: pd.Series, wanted: str, source: str) -> Outcome:
    """Return what the target `column` holds; `wanted` is the positive label by name, "" for one chosen here.

    Of several labels, all but the one that is wanted are the rest. Raises Mistake for what is no label, for other than
    two of them where none is wanted, and for too few rows of one.
    """
    name = str(column.name)
    gaps, column = int(column.isna().sum()), column.dropna()
    if column.empty:
        raise Mistake(f"{source}: {name} is missing in each row (empty, NA, None and the like); a target must have two")
    if not scalars(column):
        raise Mistake(f"{source}: {name} holds lists, mappings or bytes; a label must be a text, a number or a boolean")
    counts = {_plain(label): int(count) for label, count in column.value_counts().items()}
    others: list[Label] = []
    if len(counts) > 2 and wanted in counts and wanted != REST:
        others = [label for label in counts if label != wanted]
        both = {wanted: counts[wanted], REST: sum(counts[label] for label in others)}
        counts = dict(sorted(both.items(), key=lambda one: -one[1]))
    if len(counts) != 2:
        raise Mistake(f"{source}: {name} has {_not_two(column, counts, wanted, gaps)}")
    frequent, rare = counts
    if counts[rare] < 2 or len(column) < 5:
        raise Mistake(
            f"{source}: {name} is {_quoted(frequent)} in {counted(counts[frequent], 'row')} and {_quoted(rare)} in "
            f"{counts[rare]}; to train and to test, it takes two rows of each label and five in all"
        )
    positive, why = _chosen(wanted, frequent, rare, counts, f"{source}: {name}")
    return Outcome(positive, rare if positive == frequent else frequent, counts, why, gaps, others)


def _not_two(column: pd.Series, counts: dict[Label, int], wanted: str, gaps: int) -> str:
    """Return in words which labels `column` has, that they are not two, and what to type. gaps: rows without one."""
    once = column.drop_duplicates(keep=False)
    alone = {_plain(label): f"row {row + 1} alone" for label, row in zip(once, once.index, strict=True)}
    labels = (f"{_quoted(label)} ({alone.get(label, counted(count, 'row'))})" for label, count in counts.items())
    shown = ", ".join(islice(labels, SHOWN))
    more = f" and {len(counts) - SHOWN} more" if len(counts) > SHOWN else ""
    found = f"{counted(len(counts), 'label')}, {shown}{more}"
    if len(counts) < 2:
        none = f"; {counted(gaps, 'row')} {verb('has', gaps)} none (empty, NA, None and the like)" if gaps else ""
        return f"{found}; a target must have two{none}"
    if wanted:
        return f'{found}, and is never "{wanted}"; name one of them'
    asked = doubts.alike(map(written, counts))
    several = [label for label, count in counts.items() if count > 1]
    advice = ["take out what is no row of the table (a total, names once more)"] if len(several) == 2 else []
    advice += [f"POSITIVE={shlex.quote(written(several[-1]))}, say, sets one against the rest"] if several else []
    told = f": {', or '.join(advice)}" if advice else ""
    return f"{found}; a target must have two{told}" + (f" ({asked})" if asked else "")


def _quoted(label: Label) -> str:
    return json.dumps(label, ensure_ascii=False) if isinstance(label, str) else written(label)


def _plain(label: object) -> Label:
    """Return a label as YAML knows it: 1.0, a number in a column with fractions or gaps, is 1."""
    value = label.item() if hasattr(label, "item") else label
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, str | int | float | bool) else str(value)


def _chosen(wanted: str, frequent: Label, rare: Label, counts: dict[Label, int], where: str) -> tuple[Label, str]:
    if wanted:
        found = [label for label in (frequent, rare) if wanted in (written(label), str(label))]
        if not found:
            must = f"the positive label must be {_quoted(rare)} or {_quoted(frequent)}"
            raise Mistake(f'{where} is never "{wanted}"; {must}')
        return found[0], "as you said"
    for label, other in ((rare, frequent), (frequent, rare)):
        word, opposite = str(label).strip().lower(), str(other).strip().lower()
        if word in POSITIVE and opposite not in POSITIVE and (word != "1" or opposite in NEGATIVE):
            return label, "it says so" if word == "yes" else f"{written(label)} stands for yes"
        if opposite in NEGATIVE and word not in NEGATIVE:
            return label, "the other one says no" if opposite == "no" else f"{written(other)} stands for no"
    for label, other in ((rare, frequent), (frequent, rare)):
        if _bare(other) in {f"{no}{_bare(label)}" for no in NOT}:
            return label, f"the other one says not {written(label)}"
    if counts[frequent] == counts[rare]:
        later = max(frequent, rare) if type(frequent) is type(rare) else rare
        return later, "the later of two labels with as many rows each"
    return rare, "the rarer label"


def _bare(label: Label) -> str:
    return "".join(filter(str.isalnum, written(label).casefold()))


def position(names: Sequence[str], target: str, source: str) -> int:
    """Return where the target is among a table's columns; Mistake where it is not there."""
    if target in names:
        return names.index(target)
    close = difflib.get_close_matches(target, names, n=1)
    hint = f"did you mean {json.dumps(close[0], ensure_ascii=False)}? The" if close else "the"
    raise Mistake(f'{source}: there is no column "{target}"; {hint} table has {", ".join(map(str, names))}')
