"""Whether the classes can be told apart without an error, so that an unpenalised fit has no finite optimum.

Albert and Anderson (1984), On the existence of maximum likelihood estimates in logistic regression models,
Biometrika 71:1-10.
"""

import warnings
from typing import Literal

import numpy as np
from scipy.optimize import linprog
from sklearn.linear_model import LogisticRegression

Separation = Literal["none", "quasi", "perfect"]

APART = 1e-6  # what the linear programmes take for more than nothing; coefficients are at most 1 there


def kind(rows: np.ndarray, target: np.ndarray) -> Separation:
    """Return how a plane can divide the classes.

    perfect: each class on its own side; quasi: on it, too, but for at least one row; none: in no way.
    rows: (n_rows, n_features), finite. target: (n_rows,), 0 or 1, both present.
    """
    spread = rows.std(axis=0)
    scaled = (rows - rows.mean(axis=0))[:, spread > 0] / spread[spread > 0]
    signed = np.column_stack([np.ones(len(rows)), scaled]) * (2 * np.asarray(target) - 1)[:, np.newaxis]
    if _overlap_is_certain(signed, scaled, target):
        return "none"
    if not _divided(signed):
        return "none"
    return "perfect" if _with_a_gap(signed) else "quasi"


def _overlap_is_certain(signed: np.ndarray, scaled: np.ndarray, target: np.ndarray) -> bool:
    """Return True where positive weights balance the rows to zero, so that no plane has them all on one side.

    An unpenalised fit knows such weights: what it is off at each row. What little its digits lack is put on as the
    smallest correction. Takes n_rows * n_features**2 multiplications, where a linear programme would take minutes.
    """
    if scaled.shape[1] == 0:
        return True
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a fit that fails proves nothing, and the linear programme decides
        fit = LogisticRegression(C=np.inf, solver="newton-cholesky", tol=1e-8, max_iter=50).fit(scaled, target)
    weights = np.abs(np.asarray(target) - fit.predict_proba(scaled)[:, 1])
    gram = signed.T @ signed
    if np.linalg.matrix_rank(gram) < len(gram):
        return False
    balanced = weights - signed @ np.linalg.solve(gram, signed.T @ weights)
    rounding = signed @ np.linalg.solve(gram, signed.T @ balanced)
    return bool(balanced.min() > 2 * np.abs(rounding).max())


def _divided(signed: np.ndarray) -> bool:
    """Return whether a plane has no row on the wrong side and at least one off it.

    The linear programme of Konis (2007), Linear programming algorithms for detecting separated data in binary logistic
    regression models.
    """
    best = linprog(-signed.sum(axis=0), A_ub=-signed, b_ub=np.zeros(len(signed)), bounds=(-1, 1))
    return bool(best.fun < -APART)


def _with_a_gap(signed: np.ndarray) -> bool:
    """Return whether a plane has every row on its right side and none on it."""
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
