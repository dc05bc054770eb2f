"""How well one column alone tells the two labels of a target apart: too well, and it was hardly known beforehand.

It is measured on every k-th row, with k so that SAMPLE rows are not exceeded.
"""

import numpy as np
import pandas as pd

from passage.evaluation.metrics import roc_auc

SAMPLE = 200_000  # rows
GIVEN_AWAY = 0.999  # area under the ROC curve of a column that gives the target away
SUSPECT = 0.95  # and of one that may
ENOUGH = (20, 5)  # rows, and rows of each label, without which a column may well tell them apart by chance
ONE_SIDED = 0.02  # share of the other label among rows with a value, or with a gap, that counts as none
LEVELS = 20  # different values up to which each may have a share of positives of its own


def gives_away(
    values: pd.Series, known: pd.Series, truth: np.ndarray, distinct: int, *, number: bool
) -> tuple[str, str]:
    """Return by what measure a column gives the target away, and what to ask of one that may; "" where it does not.

    values: the column (n_rows,). known: those that are not missing, of which so many are `distinct`. truth: whether the
    label is the positive one (n_rows,). number: whether more of it may mean more, or less, of the target.
    """
    if distinct == 2 and len(known) == len(values) and _is_copy(known, truth):
        return "it gives the target away: each of its two values goes with one label alone", ""
    step = -(-len(values) // SAMPLE)
    there, truth = values.notna().to_numpy()[::step], truth[::step]
    of = f" on {len(truth):,} of the rows" if step > 1 else ""
    gaps = _either_way(~there, truth)
    if gaps >= GIVEN_AWAY:
        return f"it gives the target away: it is missing where the other label is (AUC {gaps:.4f}{of})", ""
    outcomes = truth[there]
    some = known.loc[values.index[::step][there]].to_numpy()
    measured = _either_way(some.astype(float), outcomes) if number else 0.5
    if measured < GIVEN_AWAY and distinct <= LEVELS:
        measured = max(measured, _by_value(some, outcomes))
    if _enough(outcomes) and measured >= GIVEN_AWAY:
        return f"it gives the target away: alone it has an AUC of {measured:.4f}{of}", ""
    if measured >= (SUSPECT if _enough(outcomes) else GIVEN_AWAY):
        return "", f"alone it has an AUC of {measured:.4f}{of}: was it known before the outcome?"
    if gaps >= SUSPECT and _enough(truth):
        return "", f"that it is missing has an AUC of {gaps:.4f}{of}: was that known before the outcome?"
    return "", _one_sided(there, truth)


def _one_sided(there: np.ndarray, truth: np.ndarray) -> str:
    """Ask of a column that is known, or missing, in rows of one label alone, more of them than chance makes so."""
    for side, what in ((there, "known"), (~there, "missing")):
        rows, positives = int(side.sum()), int(truth[side].sum())
        fewer = min(positives, rows - positives)
        rarer = truth.mean() if positives == fewer else 1 - truth.mean()
        if rows >= ENOUGH[0] and fewer <= ONE_SIDED * rows and rarer * rows >= ENOUGH[1]:
            share = "all" if fewer == 0 else f"{1 - fewer / rows:.0%}"
            return (
                f"of the {rows:,} rows where it is {what}, {share} have one label: was that known before the outcome?"
            )
    return ""


def _enough(truth: np.ndarray) -> bool:
    return len(truth) >= ENOUGH[0] and min(truth.sum(), (~truth).sum()) >= ENOUGH[1]


def _is_copy(known: pd.Series, truth: np.ndarray) -> bool:
    first = (known == known.iloc[0]).to_numpy(dtype=bool)
    return bool((first == truth).all() or (first != truth).all())


def _by_value(some: np.ndarray, outcomes: np.ndarray) -> float:
    """Return the area where each value counts as the share of positives that it has; 0.5 where it has too few rows."""
    codes, levels = pd.factorize(some)
    if len(outcomes) < ENOUGH[1] * len(levels):
        return 0.5
    shares = np.bincount(codes, outcomes) / np.bincount(codes)
    return _either_way(shares[codes], outcomes)


def _either_way(values: np.ndarray, truth: np.ndarray) -> float:
    """Return the area under the ROC curve of `values` or their opposites, the greater; 0.5 where one label is all."""
    found = roc_auc(truth, values) if 0 < truth.sum() < len(truth) else 0.5
    return max(found, 1 - found)
