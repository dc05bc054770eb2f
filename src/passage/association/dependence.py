"""Which columns follow from others, so that rows say nothing of them alone, whoever estimates.

A coefficient is known where its unit vector lies in the space that the centred rows span: no other coefficients give
each row the same log-odds. Then it is the same whichever of the columns that follow from others are left out.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from passage.association.estimates import DEPENDENT, blocks

PART = 1e-4  # of a direction of length 1: with less, a column has no part in it


def correlations(rows: np.ndarray) -> np.ndarray:
    """Return the correlations of the columns of `rows` (n_rows, n_columns), of which none is constant."""
    if not rows.size:
        return np.eye(rows.shape[1])
    center = rows.mean(axis=0)
    total = sum((part.T @ part for part in (rows[block] - center for block in blocks(len(rows)))), np.zeros(()))
    scale = np.sqrt(np.diag(total))
    return np.asarray(total / np.outer(scale, scale))


def unknown(found: np.ndarray) -> list[int]:
    """Return the columns whose coefficients the rows do not tell. found: correlations (n_columns, n_columns)."""
    sizes, directions = np.linalg.eigh(found)
    nothing = directions[:, sizes < DEPENDENT]  # in which coefficients can move without a change
    return np.flatnonzero(np.linalg.norm(nothing, axis=1) > PART).tolist()


def redundant(found: np.ndarray, groups: Mapping[str, Sequence[int]]) -> list[str]:
    """Return which of `groups` of columns to leave out so that none of the rest follows from others: late ones.

    found: correlations of all columns. groups: positions of each one's columns.
    """
    left, out = dict(groups), list[str]()
    while kept := [position for columns in left.values() for position in columns]:
        sizes, directions = np.linalg.eigh(found[np.ix_(kept, kept)])
        if sizes[0] >= DEPENDENT:
            break
        part = {kept[place] for place in np.flatnonzero(np.abs(directions[:, 0]) > PART)}
        out.append([name for name, columns in left.items() if part & set(columns)][-1])
        del left[out[-1]]
    return out[::-1]
