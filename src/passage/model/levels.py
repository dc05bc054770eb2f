"""Categories of a large table: each is held as one column of codes, not as a column of 0 and 1 for each of its levels.

Of a thousand levels these would be a thousand numbers a row, all but one of them 0. A code is the place of the column
that would have a 1, counted from 1, and 0 for the reference.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
import pandas as pd

from passage.base import blocks, parquet
from passage.base.parquet import Table
from passage.base.rounding import centered, fitted
from passage.model.design import Column
from passage.model.preparation import Preparation
from passage.model.scaler import Scaler
from passage.params.model import ModelSettings


@dataclass(frozen=True)
class Levels:
    """A category that is held as codes.

    columns: those of the design table that it stands for, in order. center, scale: what brings them to the common
    scale (Scaler).
    """

    name: str
    columns: tuple[str, ...]
    center: tuple[float, ...]
    scale: tuple[float, ...]


def of(columns: Sequence[Column], rows: int, scaler: Scaler | None = None) -> list[Levels]:
    """Return the categories among the `columns` of a design table, where so many rows of it are large, else none.

    The one with most levels is the last. scaler: of the columns; without it, they keep their own units.
    """
    if not blocks.is_large(rows, len(columns)):
        return []
    together: dict[str, list[str]] = {}
    for column in columns:
        if column.kind == "category":
            together.setdefault(column.feature, []).append(column.name)
    found = []
    for name, own in sorted(together.items(), key=lambda one: len(one[1])):
        center = tuple(scaler.center[column] if scaler else 0.0 for column in own)
        scale = tuple(scaler.scale[column] if scaler else 1.0 for column in own)
        found.append(Levels(name, tuple(own), center, scale))
    return found


def learned(prepared: Preparation, train: Table, test: Table, settings: ModelSettings) -> tuple[list[Levels], Scaler]:
    """Return the categories that are held as codes, and the scaler of the rows that `settings` say, both or `train`."""
    sides = [train, test] if settings.normalize.fit_on == "all" and len(test) else [train]
    seen = chain.from_iterable(parquet.blocks(side, settings.features) for side in sides)
    coded = of(prepared.columns, len(train))
    return coded, scaler(seen, prepared, coded, settings.normalize.method)


def plain(columns: Iterable[str], levels: Iterable[Levels]) -> list[str]:
    """Return which of the `columns` of a design table are held as they are."""
    coded = {column for one in levels for column in one.columns}
    return [name for name in columns if name not in coded]


def held(columns: Iterable[str], levels: Sequence[Levels]) -> list[str]:
    """Return the columns that a design table has where its `levels` are held as codes."""
    return [*plain(columns, levels), *(one.name for one in levels)]


def scaler(parts: Iterable[pd.DataFrame], prepared: Preparation, levels: Sequence[Levels], method: str) -> Scaler:
    """Return the scaler that the design table of all `parts`, features as they come, asks for.

    A column of 0 and 1 that is one of `levels` has its mean and its spread by how many rows have a 1.
    """
    if not levels:
        return Scaler.fit(map(prepared.design, parts), method)
    columns = [column.name for column in prepared.columns]
    counts, numbers = {one.name: np.zeros(len(one.columns) + 1, dtype=int) for one in levels}, plain(columns, levels)

    nothing = pd.DataFrame({"": [0.0]})  # scikit-learn's scalers take no table without columns

    def counted() -> Iterator[pd.DataFrame]:
        for part in map(prepared.coded, parts):
            for one in levels:
                counts[one.name] += _counts(part, one)
            yield part[numbers] if numbers else nothing

    learned = Scaler.fit(counted(), method)
    center, scale = learned.center, learned.scale
    for one in levels:
        shares = counts[one.name][1:] / counts[one.name].sum()
        standard = method == "standard"
        scale |= fitted(one.columns, np.sqrt(shares * (1 - shares)) if standard else np.ones(len(shares)))
        means = zip(one.columns, shares if standard else np.zeros(len(shares)), strict=True)
        center |= {name: centered(mean, scale[name]) for name, mean in means}
    return Scaler(method, {name: center[name] for name in columns}, {name: scale[name] for name in columns})


def normalized(rows: pd.DataFrame, prepared: Preparation, scaler: Scaler, levels: Sequence[Levels]) -> pd.DataFrame:
    """Return the design table of `rows`, features as they come, normalized (no unit), but `levels` as codes."""
    if not levels:
        return scaler.transform(prepared.design(rows))
    coded, numbers = prepared.coded(rows), plain(scaler.center, levels)
    if numbers:
        center, scale = ({name: known[name] for name in numbers} for known in (scaler.center, scaler.scale))
        coded[numbers] = Scaler(scaler.method, center, scale).transform(coded)
    return coded[held(scaler.center, levels)]


def totals(rows: pd.DataFrame, prepared: Preparation, levels: Sequence[Levels]) -> pd.Series:
    """Return the sum of each column of the design table of `rows`, features as they come, in own units.

    levels: the categories whose columns are counted and not made.
    """
    if not levels:
        return prepared.design(rows).sum()
    coded = prepared.coded(rows)
    counts = {name: count for one in levels for name, count in zip(one.columns, _counts(coded, one)[1:], strict=True)}
    columns = [column.name for column in prepared.columns]
    found = coded[plain(columns, levels)].sum().to_dict() | counts
    return pd.Series([float(found[name]) for name in columns], index=columns)


def _counts(coded: pd.DataFrame, one: Levels) -> np.ndarray:
    """Return how many rows have each code of one category, (n_columns + 1,)."""
    return np.bincount(coded[one.name], minlength=len(one.columns) + 1)


def log_odds(
    rows: pd.DataFrame, coefficients: Mapping[str, float], intercept: float, levels: Sequence[Levels]
) -> np.ndarray:
    """Return the log-odds of each of `rows`, normalized with `levels` as codes, (n_rows,).

    coefficients: of all columns of the design table, normalized.
    """
    numbers = plain(coefficients, levels)
    found = rows[numbers].to_numpy(dtype=float) @ np.array([coefficients[name] for name in numbers]) + intercept
    for one in levels:
        effects = np.array([coefficients[name] for name in one.columns]) / one.scale
        found += np.concatenate([[0.0], effects])[rows[one.name]] - effects @ one.center
    return np.asarray(found)
