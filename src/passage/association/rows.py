"""The rows that odds are of, some after the other, so that no table of them need be in memory."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, reduce
from operator import add
from typing import Any, Self

import numpy as np
import pandas as pd

from passage.association.estimates import BLOCK, blocks
from passage.base import parquet
from passage.base.parquet import Table
from passage.model.design_rows import DesignRows
from passage.model.levels import Levels, plain

TOGETHER = 2**20  # values that are brought together, or those of one block of rows


@dataclass(frozen=True)
class Rows:
    """Some columns of a design table, in their own units, and the target of its rows, (n_rows,), 0 or 1.

    levels: the categories that the table has as codes.
    """

    table: Table
    columns: Sequence[str]
    target: np.ndarray
    levels: Sequence[Levels] = ()

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
        if not self.coded:
            yield from self._held()
            return
        order = np.argsort(self.order)
        for design, target in self.designs():
            yield design.dense_rows()[:, 1:][:, order], target

    @property
    def numbers(self) -> list[str]:
        """The columns that the table has as they are."""
        return plain(self.columns, self.levels)

    @property
    def coded(self) -> bool:
        """Whether a category is asked for that the table has as codes."""
        return bool(self._asked)

    @cached_property
    def order(self) -> list[int]:
        """The positions of the columns that `designs` have after the first: numbers, then each category's levels."""
        places = {name: place for place, name in enumerate(self.columns)}
        return [places[name] for name in [*self.numbers, *(name for one in self._asked for name in one[1])]]

    @cached_property
    def _asked(self) -> list[tuple[str, list[str]]]:
        """The name of each category of which columns are asked for, and these."""
        asked = [(one.name, [name for name in one.columns if name in self.columns]) for one in self.levels]
        return [one for one in asked if one[1]]

    def designs(self, center: Any = 0.0, scale: Any = 1.0) -> Iterator[tuple[DesignRows, np.ndarray]]:
        """Yield some rows with a 1 before their columns, and their target, (n,).

        center, scale: what is taken from numbers, and what they are divided by, (n_numbers,); levels are 0 and 1.
        """
        count, known = len(self.numbers), {one.name: one.columns for one in self.levels}
        codes = [  # of a level that is not asked for, as of the reference, 0
            np.array([0, *(own.index(name) + 1 if name in own else 0 for name in known[category])])
            for category, own in self._asked
        ]
        sizes = [len(own) for _, own in self._asked]
        for values, target in self._held():
            dense = np.column_stack([np.ones(len(values)), (values[:, :count] - center) / scale])
            held_codes = values[:, count:].T.astype(int)
            yield DesignRows(dense, [one[own] for one, own in zip(codes, held_codes, strict=True)], sizes), target

    @cached_property
    def cells(self) -> dict[str, np.ndarray]:
        """How many rows of class 0 and of class 1 have each level that is asked for, by its column."""
        found: dict[str, np.ndarray] = {}
        for one in self.levels:
            codes = self.table[one.name].to_numpy()
            counts = [np.bincount(codes[self.target == label], minlength=len(one.columns) + 1)[1:] for label in (0, 1)]
            found |= dict(zip(one.columns, np.transpose(counts), strict=True))
        return {name: found[name] for name in self.columns if name in found}

    def _held(self) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Yield what the table has of some rows, numbers, then codes, and their target."""
        start, names = 0, [*self.numbers, *(name for name, _ in self._asked)]
        together = (TOGETHER // (1 + len(names)) // BLOCK or 1) * BLOCK
        for part in parquet.blocks(self.table, names):
            for first in range(0, len(part), together):  # not all of a table in memory, which would be copied each time
                values = part.iloc[first : first + together].to_numpy(dtype=float)
                for block in blocks(len(values)):
                    yield values[block], self.target[start + block.start : start + block.stop][: len(values[block])]
                start += len(values)

    def column(self, name: str) -> np.ndarray:
        """Return one column, (n_rows,)."""
        for one in self.levels:
            if name in one.columns:
                return np.asarray(self.table[one.name].to_numpy() == one.columns.index(name) + 1, dtype=float)
        return self.table[name].to_numpy(dtype=float)

    def each(self) -> Iterator[np.ndarray]:
        """Yield one number after the other, (n_rows,) each."""
        return map(self.column, self.numbers)

    def part(self, columns: Sequence[str]) -> Self:
        """Return the same rows with some of their columns."""
        return replace(self, columns=columns)

    def where(self, taken: np.ndarray) -> Self:
        """Return the rows where `taken` (n_rows,) holds."""
        return replace(self, table=parquet.where(self.table, taken), target=self.target[taken])

    def values(self) -> np.ndarray:
        """Return all columns, (n_rows, n_columns)."""
        if isinstance(self.table, pd.DataFrame) and not self.coded:
            return self.table[list(self.columns)].to_numpy(dtype=float)
        values, start = np.empty((len(self), len(self.columns))), 0
        for part, _ in self:
            values[start : start + len(part)] = part
            start += len(part)
        return values

    def moments(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the columns' means, (n_columns,), and their covariances, (n_columns, n_columns)."""
        if self.coded:
            return self._of_levels()
        total, first = np.zeros(len(self.columns)), np.zeros(len(self.columns))
        for place, (values, _) in enumerate(self):
            first = first if place else values[0]
            total = total + (values - first).sum(axis=0)
        center = first + total / max(len(self), 1)
        products = sum(((values - center).T @ (values - center) for values, _ in self), np.zeros((len(center),) * 2))
        return center, products / max(len(self), 1)

    def _of_levels(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the moments by what rows with codes are counted and added up to."""
        numbers = self.part(self.numbers).moments()[0] if self.numbers else np.empty(0)
        order = np.argsort(self.order)
        sums = reduce(add, (design.squares(np.ones(len(target))) for design, target in self.designs(numbers))).dense()
        means = sums[0] / len(self)
        covariances = (sums / len(self) - np.outer(means, means))[1:, 1:]
        center = means[1:] + np.concatenate([numbers, np.zeros(len(self.columns) - len(numbers))])
        return center[order], covariances[np.ix_(order, order)]
