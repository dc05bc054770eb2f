"""Rows of a design table with categories as codes, and the sums over them that a regression asks for.

A category's levels have no row in common, so that their second derivatives are a diagonal: of a thousand levels, each
row adds to one number, not to a million. In the solution of a Newton step that block is eliminated, which leaves the
Schur complement, of the other columns (Boyd and Vandenberghe 2004, Convex Optimization, appendix C.4).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.linalg import LinAlgError, solve

Category = tuple[np.ndarray, int]  # the codes of rows, (n_rows,), and how many levels it has beside the reference


@dataclass(frozen=True)
class Squares:
    """A symmetric matrix whose last columns, those of the levels of one category, are a diagonal among themselves.

    small: of the others, (n_others, n_others). cross: of these with the levels, (n_others, n_levels). diagonal:
    (n_levels,).
    """

    small: np.ndarray
    cross: np.ndarray
    diagonal: np.ndarray

    def __add__(self, other: "Squares") -> "Squares":
        """Return the sum of both."""
        return Squares(self.small + other.small, self.cross + other.cross, self.diagonal + other.diagonal)

    def ridge(self, added: np.ndarray) -> "Squares":
        """Return the matrix with `added` (n_parameters,) to its diagonal."""
        size = len(self.small)
        return Squares(self.small + np.diag(added[:size]), self.cross, self.diagonal + added[size:])

    def solve(self, right: np.ndarray) -> np.ndarray:
        """Return what the matrix, positive definite, makes `right` (n_parameters,) of.

        Raises LinAlgError, or warns of LinAlgWarning, where it is singular or ill-conditioned.
        """
        if self.diagonal.min(initial=np.inf) <= 0:
            raise LinAlgError("a level has no weight")
        size, turned = len(self.small), self.cross / self.diagonal
        others = solve(self.small - turned @ self.cross.T, right[:size] - turned @ right[size:], assume_a="pos")
        return np.concatenate([others, (right[size:] - self.cross.T @ others) / self.diagonal])

    def times(self, step: np.ndarray) -> float:
        """Return step @ matrix @ step."""
        others, levels = step[: len(self.small)], step[len(self.small) :]
        return float(others @ self.small @ others + 2 * others @ (self.cross @ levels) + levels**2 @ self.diagonal)

    def dense(self) -> np.ndarray:
        """Return the matrix with all its zeros, (n_parameters, n_parameters)."""
        return np.block([[self.small, self.cross], [self.cross.T, np.diag(self.diagonal)]])


@dataclass(frozen=True)
class DesignRows:
    """Some rows of a design table, whose parameters are those of the dense columns, then of each category's levels.

    dense: (n_rows, n_dense), the 1 of the intercept among them. codes: of each category, (n_rows,), 0 for the
    reference. counts: of how many levels each is beside it.
    """

    dense: np.ndarray
    codes: Sequence[np.ndarray] = ()
    counts: Sequence[int] = ()

    def __len__(self) -> int:
        return len(self.dense)

    def __matmul__(self, theta: np.ndarray) -> np.ndarray:
        """Return the sums of each row's columns times their parameters: `theta` (n_parameters,) or several beside."""
        start = self.dense.shape[1]
        found, nothing = self.dense @ theta[:start], np.zeros_like(theta[:1])
        for code, count in self._categories():
            found += np.concatenate([nothing, theta[start : (start := start + count)]])[code]
        return np.asarray(found)

    def dense_rows(self) -> np.ndarray:
        """Return the rows with a column for each level, (n_rows, n_parameters)."""
        return self @ np.eye(self.dense.shape[1] + sum(self.counts))

    def spread(self, covariance: np.ndarray) -> np.ndarray:
        """Return row @ covariance @ row of each, (n_rows,)."""
        start = size = self.dense.shape[1]
        found, places = ((self @ covariance[:, :size]) * self.dense).sum(axis=1), []
        for code, count in self._categories():
            places.append((start - 1 + code, code > 0))
            start += count
        for place, here in places:
            own = (covariance[:, :size][place] * self.dense).sum(axis=1)
            own += sum(np.where(there, covariance[place, other], 0.0) for other, there in places)
            found += np.where(here, own, 0.0)
        return np.asarray(found)

    def __getitem__(self, taken: slice | np.ndarray) -> "DesignRows":
        """Return some of the rows: copies, not views, which would hold all."""
        return DesignRows(self.dense[taken].copy(), [code[taken].copy() for code in self.codes], self.counts)

    def sums(self, weights: np.ndarray) -> np.ndarray:
        """Return the sums of columns times `weights`, (n_rows,) or several beside, (n_parameters,) or (..., n)."""
        parts = [_by_level(code, count, weights) for code, count in zip(self.codes, self.counts, strict=True)]
        return np.concatenate([self.dense.T @ weights, *parts])

    def squares(self, weights: np.ndarray) -> Squares:
        """Return the sums of pairs of columns times `weights` (n_rows,)."""
        weighted = self.dense.T * weights
        small, size = weighted @ self.dense, self.dense.shape[1]
        if not self.codes:
            return Squares(small, np.empty((size, 0)), np.empty(0))
        across = [np.array([_by_level(*one, column) for column in weighted]) for one in self._categories()]
        grid = [[small, *across]]
        for one, columns in list(zip(self._categories(), across, strict=True))[:-1]:
            grid.append([columns.T, *(_pairs(one, other, weights) for other in self._categories())])
        others, cross = [row[:-1] for row in grid], [row[-1] for row in grid]
        return Squares(np.block(others), np.concatenate(cross), _by_level(*self._categories()[-1], weights))

    def _categories(self) -> list[Category]:
        return list(zip(self.codes, self.counts, strict=True))


def _by_level(codes: np.ndarray, count: int, weights: np.ndarray) -> np.ndarray:
    """Return the sum of the weights of the rows of each level but the reference, (n_levels,), or of several beside."""
    if weights.ndim > 1:
        return np.column_stack([_by_level(codes, count, one) for one in weights.T])
    return np.bincount(codes, weights, count + 1)[1:]


def _pairs(one: Category, other: Category, weights: np.ndarray) -> np.ndarray:
    """Return the same of each pair of two categories' levels, (n_levels of one, n_levels of the other)."""
    if one[0] is other[0]:
        return np.diag(_by_level(*one, weights))
    (codes, count), (others, size) = one, other
    both = codes.astype(np.int64) * (size + 1) + others
    return np.bincount(both, weights, (count + 1) * (size + 1)).reshape(count + 1, size + 1)[1:, 1:]


def joined(parts: Sequence[DesignRows]) -> DesignRows:
    """Return the rows of all `parts` together."""
    codes = [np.concatenate(one) for one in zip(*(part.codes for part in parts), strict=True)]
    return DesignRows(np.concatenate([part.dense for part in parts]), codes, parts[0].counts)
