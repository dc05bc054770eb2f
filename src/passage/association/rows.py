"""The rows that odds are of, some after the other, so that no table of them need be in memory."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
import pandas as pd

from passage.association.estimates import blocks
from passage.base import parquet
from passage.base.parquet import Table

TOGETHER = 2**16  # rows whose columns are brought together


@dataclass(frozen=True)
class Rows:
    """Some columns of a design table, in their own units, and the target of its rows, (n_rows,), 0 or 1."""

    table: Table
    columns: Sequence[str]
    target: np.ndarray

    @classmethod
    def of(cls, values: np.ndarray, target: np.ndarray | None = None) -> Self:
        """Return the rows of an array, (n_rows, n_columns)."""
        names = [str(place) for place in range(values.shape[1])]
        table = pd.DataFrame(values, columns=names, copy=False)
        return cls(table, names, np.zeros(len(values), dtype=int) if target is None else target)

    def __len__(self) -> int:
        return len(self.target)

    def __iter__(self) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Yield the values of some rows, (n, n_columns), and their target, (n,)."""
        start = 0
        for part in parquet.blocks(self.table, self.columns):
            for first in range(0, len(part), TOGETHER):  # not all of a table in memory, which would be copied each time
                values = part.iloc[first : first + TOGETHER].to_numpy(dtype=float)
                for block in blocks(len(values)):
                    yield values[block], self.target[start + block.start : start + block.stop][: len(values[block])]
                start += len(values)

    def column(self, name: str) -> np.ndarray:
        """Return one column, (n_rows,)."""
        return self.table[name].to_numpy(dtype=float)

    def each(self) -> Iterator[np.ndarray]:
        """Yield one column after the other, (n_rows,) each."""
        return map(self.column, self.columns)

    def part(self, columns: Sequence[str]) -> Self:
        """Return the same rows with some of their columns."""
        return replace(self, columns=columns)

    def values(self) -> np.ndarray:
        """Return all columns, (n_rows, n_columns)."""
        if isinstance(self.table, pd.DataFrame):
            return self.table[list(self.columns)].to_numpy(dtype=float)
        values, start = np.empty((len(self), len(self.columns))), 0
        for part, _ in self:
            values[start : start + len(part)] = part
            start += len(part)
        return values

    def moments(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the columns' means, (n_columns,), and their covariances, (n_columns, n_columns)."""
        total, first = np.zeros(len(self.columns)), np.zeros(len(self.columns))
        for place, (values, _) in enumerate(self):
            first = first if place else values[0]
            total = total + (values - first).sum(axis=0)
        center = first + total / max(len(self), 1)
        products = sum(((values - center).T @ (values - center) for values, _ in self), np.zeros((len(center),) * 2))
        return center, products / max(len(self), 1)
