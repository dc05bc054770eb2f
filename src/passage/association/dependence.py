"""Which columns follow from others, so that rows say nothing of them alone, whoever estimates.

A coefficient is known where its unit vector lies in the space that the centred rows span: no other coefficients give
each row the same log-odds. Then it is the same whichever of the columns that follow from others are left out.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from scipy.linalg import solve_triangular

from passage.association.estimates import DEPENDENT
from passage.base.rounding import significant

INFLATED = 10  # times the variance
PART = 1e-4  # of a direction of length 1: with less, a column has no part in it


def correlations(covariance: np.ndarray) -> np.ndarray:
    """Return the correlations of columns, of which none is constant, by their covariances: both (n, n)."""
    scale = np.sqrt(np.diag(covariance))
    return np.asarray(covariance / np.outer(scale, scale))


def unknown(found: np.ndarray) -> list[int]:
    """Return the columns whose coefficients the rows do not tell. found: correlations (n_columns, n_columns)."""
    sizes, directions = np.linalg.eigh(found)
    nothing = directions[:, sizes < DEPENDENT]  # in which coefficients can move without a change
    return np.flatnonzero(np.linalg.norm(nothing, axis=1) > PART).tolist()


def inflation(found: np.ndarray, kept: Sequence[int], columns: Sequence[int]) -> dict[int, float]:
    """Return of `columns` those whose variance is inflated, INFLATED times or more, by what the others tell of them.

    found: correlations. kept: columns of which none follows from others. The variance inflation factor of Marquardt
    (1970), Generalized inverses, ridge regression, biased linear estimation, and nonlinear estimation, Technometrics
    12:591-612, is the diagonal of the correlations' inverse; the last of its digits hang on the processor.
    """
    factors = np.diag(np.linalg.inv(found[np.ix_(kept, kept)])) if kept else np.empty(0)
    by_column = dict(zip(kept, factors, strict=True))
    return {one: significant(by_column[one], 3) for one in columns if by_column.get(one, 0) >= INFLATED}


def redundant(found: np.ndarray, groups: Mapping[str, Sequence[int]]) -> list[str]:
    """Return which of `groups` of columns to leave out so that none of the rest follows from others: late ones.

    found: correlations of all columns. groups: positions of each one's columns.
    """
    out = _following(found, groups)
    left, nearly = {name: columns for name, columns in groups.items() if name not in out}, list[str]()
    while kept := [position for columns in left.values() for position in columns]:
        sizes, directions = np.linalg.eigh(found[np.ix_(kept, kept)])
        if sizes[0] >= DEPENDENT:
            break
        part = {kept[place] for place in np.flatnonzero(np.abs(directions[:, 0]) > PART)}
        nearly.append([name for name, columns in left.items() if part & set(columns)][-1])
        del left[nearly[-1]]
    return [name for name in groups if name in out or name in nearly]


def _following(found: np.ndarray, groups: Mapping[str, Sequence[int]]) -> list[str]:
    """Return the groups with a column that those before it tell: their correlations' Cholesky factor has no root."""
    root, kept, out = np.zeros_like(found), list[int](), list[str]()
    for name, columns in groups.items():
        before = len(kept)
        for column in columns:
            size = len(kept)
            told = solve_triangular(root[:size, :size], found[kept, column], lower=True) if size else np.empty(0)
            if (rest := found[column, column] - told @ told) < DEPENDENT:
                kept = kept[:before]
                out.append(name)
                break
            root[size, : size + 1] = [*told, np.sqrt(rest)]
            kept.append(column)
    return out
