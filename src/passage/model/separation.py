"""Whether the classes can be told apart without an error, so that an unpenalised fit has no finite optimum.

Albert and Anderson (1984), On the existence of maximum likelihood estimates in logistic regression models,
Biometrika 71:1-10.
"""

import warnings
from collections.abc import Callable, Iterable, Iterator
from functools import reduce
from operator import add
from typing import Literal

import numpy as np

from passage.model.design_rows import DesignRows

Separation = Literal["none", "quasi", "perfect"]
Part = tuple[DesignRows, np.ndarray, np.ndarray]  # some rows, with 1 for class 1 and -1 for class 0, and by how much an
# unpenalised fit is off at each of them

BLOCK = 2**16  # rows that are looked at together
EXACT = 1e-9  # by how much rounding may have a row on the wrong side; the programmes themselves allow 1e-7
APART = 1e-6  # what the linear programmes take for more than nothing; coefficients are at most 1 there


def kind(rows: np.ndarray, target: np.ndarray) -> Separation:
    """Return how a plane can divide the classes.

    perfect: each class on its own side; quasi: on it, too, but for at least one row; none: in no way.
    rows: (n_rows, n_features), finite. target: (n_rows,), 0 or 1.
    """
    rows, target = rows[:, rows.max(axis=0) > rows.min(axis=0)], np.asarray(target)
    if len(np.unique(target)) < 2:
        return "perfect"
    if rows.shape[1] < 2:
        return _of_one(rows[:, 0], target) if rows.size else "none"
    if (at := _one_class(rows, target)) is not None:  # a plane can have these rows on their side, and all others on it
        rest = kind(rows[~at], target[~at])
        return "perfect" if rest == "perfect" else "quasi"
    scaled = (rows - rows.mean(axis=0)) / rows.std(axis=0)
    if len(rows) <= 1 + rows.shape[1] and _each_on_its_side(_signed(scaled, target)):
        return "perfect"
    off = _off(scaled, target)
    if overlap_is_certain(lambda: _parts(scaled, target, off)):
        return "none"
    signed = _signed(_of_one_size(rows), target)
    signed /= np.abs(signed).max(axis=1, keepdims=True)  # a row's length changes nothing, and its digits are kept
    if not _divided(signed):
        return "none"
    return "perfect" if _with_a_gap(signed) else "quasi"


def _of_one(column: np.ndarray, target: np.ndarray) -> Separation:
    """Return the kind for one column, of which the order is enough."""
    no, yes = column[target == 0], column[target == 1]
    if no.max() < yes.min() or yes.max() < no.min():
        return "perfect"
    return "quasi" if no.max() == yes.min() or yes.max() == no.min() else "none"


def _one_class(rows: np.ndarray, target: np.ndarray) -> np.ndarray | None:
    """Return which rows one side of a column of two values tells apart that are of one class, (n_rows,); or None."""
    for column in rows.T:
        if ((column == column.min()) | (column == column.max())).all():
            for at in (column == column.max(), column == column.min()):
                if len(np.unique(target[at])) == 1:
                    return np.asarray(at)
    return None


def _of_one_size(rows: np.ndarray) -> np.ndarray:
    """Return columns whose middle half has one size, whatever lies far outside: by the deviation, that would vanish."""
    low, middle, high = np.percentile(rows, [25, 50, 75], axis=0)
    return np.asarray((rows - middle) / np.where(high > low, high - low, rows.std(axis=0)))


def pure(rows: np.ndarray, target: np.ndarray) -> list[tuple[int, float, int]]:
    """Return the columns of two values of which one goes with one class alone, with this value and its rows.

    Nothing where the other rows and columns can be told apart, too. rows, target: as of `kind`.
    """
    found, left, target = [], np.ones(len(rows), dtype=bool), np.asarray(target)
    for position, column in enumerate(rows.T):
        if len(values := np.unique(column)) != 2:
            continue
        for value in values:
            here = column == value
            if target[here].min() == target[here].max():
                found.append((position, float(value), int(here.sum())))
                left &= ~here
    if not found:
        return []
    others = np.delete(rows[left], [position for position, *_ in found], axis=1)
    alone = len(np.unique(target[left])) == 2 and kind(others, target[left]) == "none"
    return found if alone else []


def overlap_is_certain(parts: Callable[[], Iterable[Part]]) -> bool:
    """Return True where positive weights balance the rows to zero, so that no plane has them all on one side.

    An unpenalised fit knows such weights: by how much it is off at each row. What little its digits lack is put on as
    the smallest correction. Takes n_rows * n_features**2 multiplications, where a linear programme would take minutes.
    parts: yields some rows after the other, each time that it is called.
    """
    gram = reduce(add, (design.squares(sign**2) for design, sign, _ in parts())).dense()
    if np.linalg.matrix_rank(gram) < len(gram):
        return False
    first = np.linalg.solve(gram, sum(design.sums(sign * off) for design, sign, off in parts()))
    balanced = ((design, sign, off - sign * (design @ first)) for design, sign, off in parts())
    least, left = np.inf, np.zeros(len(gram))
    for design, sign, weights in balanced:
        least, left = min(least, float(weights.min(initial=np.inf))), left + design.sums(sign * weights)
    rest = np.linalg.solve(gram, left)
    return least > 2 * max(float(np.abs(design @ rest).max(initial=0.0)) for design, *_ in parts())


def _parts(scaled: np.ndarray, target: np.ndarray, off: np.ndarray) -> Iterator[Part]:
    """Yield some rows after the other: all of them, with a 1 each, would be a copy of the table."""
    for start in range(0, len(scaled), BLOCK):
        block = slice(start, start + BLOCK)
        design = np.column_stack([np.ones(len(scaled[block])), scaled[block]])
        yield DesignRows(design), 2.0 * target[block] - 1, off[block]


def _signed(scaled: np.ndarray, target: np.ndarray) -> np.ndarray:
    return np.asarray(np.column_stack([np.ones(len(scaled)), scaled]) * (2 * target - 1)[:, np.newaxis])


def _off(scaled: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Return by how much the probability of each row is off in an unpenalised fit, (n_rows,)."""
    from sklearn.linear_model import LogisticRegression  # a caller that has a fit does not wait for it

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a fit that fails proves nothing, and the linear programme decides
        fit = LogisticRegression(C=np.inf, solver="newton-cholesky", tol=1e-8, max_iter=50).fit(scaled, target)
    return np.asarray(np.abs(np.asarray(target) - fit.predict_proba(scaled)[:, 1]))


def _each_on_its_side(signed: np.ndarray) -> bool:
    """Return whether a plane has each row as far off on its own side, as it does where rows are fewer than parameters.

    The linear programmes would find one, too, in minutes.
    """
    plane = np.linalg.lstsq(signed, np.ones(len(signed)))[0]
    return bool((signed @ plane).min() > APART * np.abs(plane).max())


def _divided(signed: np.ndarray) -> bool:
    """Return whether a plane has no row on the wrong side and at least one off it.

    The linear programme of Konis (2007), Linear programming algorithms for detecting separated data in binary logistic
    regression models.
    """
    from scipy.optimize import linprog

    best = linprog(-signed.sum(axis=0), A_ub=-signed, b_ub=np.zeros(len(signed)), bounds=(-1, 1))
    return bool(best.fun < -APART and (signed @ best.x).min() > -EXACT)


def _with_a_gap(signed: np.ndarray) -> bool:
    """Return whether a plane has every row on its right side and none on it."""
    from scipy.optimize import linprog

    parameters = signed.shape[1]
    gap = np.zeros(parameters + 1)
    gap[-1] = -1
    best = linprog(
        gap,
        A_ub=np.column_stack([-signed, np.ones(len(signed))]),
        b_ub=np.zeros(len(signed)),
        bounds=[(-1, 1)] * parameters + [(None, None)],
    )
    return bool(-best.fun > APART)
