"""Whether one way to predict is better than another on the same rows, or whether these do not tell.

Rows of which both are right, or both wrong, say nothing; of the others each is as likely to be the one that is right if
neither is better (McNemar 1947, Note on the sampling error of the difference between correlated proportions or
percentages, Psychometrika 12:153-157; exact, by the binomial distribution). With fewer than `needed` such rows it
cannot speak.
"""

import csv
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from scipy.special import bdtr

from passage.base.rounding import PREDICTED, significant

BETTER, WORSE, CANNOT_BE_TOLD, NO_BETTER = "better", "worse", "cannot_be_told", "no_better"


class HeldOut(NamedTuple):
    """Rows of a table that fits without their fold have predicted; each array is (n_rows,).

    row: in the table, the first is 1. fold: by which it was held out. actual, predicted: 0 or 1.
    """

    row: np.ndarray
    fold: np.ndarray
    actual: np.ndarray
    log_odds: np.ndarray
    predicted: np.ndarray


def read(path: Path) -> HeldOut:
    """Return the predictions in a held_out.csv; without pandas, for which the page does not wait."""
    with path.open(encoding="utf-8", newline="") as file:
        header, *lines = csv.reader(file)
    columns = dict(zip(header, zip(*lines, strict=True), strict=True)) if lines else dict.fromkeys(header, ())
    return HeldOut(*(np.array(columns[name], dtype=float if name == "log_odds" else int) for name in HeldOut._fields))


def mcnemar(first_alone: int, second_alone: int, confidence: float) -> dict[str, Any]:
    """Return whether the first of two is right more often, by the rows of which one `alone` is right.

    p_value_better, p_value_worse: how often chance alone would have the first right so often, or so seldom. A verdict
    is given where that is at most half of 1 - `confidence`. needed: how many rows there must be for it at least.
    """
    rows, wrong = first_alone + second_alone, (1 - confidence) / 2
    # How often of so many tosses of a coin at most so many are heads: at least `first_alone` are where at most
    # `second_alone` are not, and a small chance, taken from 1, would lose its digits.
    better, worse = (float(bdtr(alone, rows, 0.5)) for alone in (second_alone, first_alone))
    return {
        "verdict": BETTER if better <= wrong else WORSE if worse <= wrong else CANNOT_BE_TOLD,
        "right_alone": first_alone,
        "wrong_alone": second_alone,
        "p_value_better": significant(better, PREDICTED),
        "p_value_worse": significant(worse, PREDICTED),
        "needed": math.ceil(-math.log2(wrong)),
    }


def beside_guessing(test: Mapping[str, Any], prevalence: float, confidence: float) -> dict[str, Any]:
    """Return `test` with how the classes do against_guessing the training rows' more frequent class each time.

    test: as metrics.measures has it. prevalence: the share of class 1 among the training rows; of two as frequent, the
    class that is right more often counts, as for the baseline's accuracy. verdict: better, worse, cannot_be_told where
    the model is right more often and chance alone could do that, else no_better. one_class: only where each row is
    predicted alike, which one.
    """
    if not test:
        return {}
    both = {0: (test["true_negatives"], test["false_negatives"]), 1: (test["true_positives"], test["false_positives"])}
    actual = {0: test["true_negatives"] + test["false_positives"], 1: test["true_positives"] + test["false_negatives"]}
    guessed = int(actual[1] >= actual[0]) if prevalence == 0.5 else int(prevalence > 0.5)
    found = mcnemar(*both[1 - guessed], confidence)  # rows that the model predicts to be of the other class
    if found["verdict"] == CANNOT_BE_TOLD and found["right_alone"] <= found["wrong_alone"]:
        found["verdict"] = NO_BETTER
    alike = [label for label, predicted in both.items() if not sum(both[1 - label]) and sum(predicted)]
    return {**test, "against_guessing": found | ({"one_class": alike[0]} if alike else {})}


def compare(first: HeldOut, second: HeldOut, confidence: float) -> dict[str, Any]:
    """Return whether the `first` of two models is right more often than the second about the same rows.

    Both are of the same table and target, which is the caller's to know. reason: alone, where they have not predicted
    the same rows by the same division. rows: how many there are; beside what mcnemar says. Nothing is said of their log
    losses: of models as good, Student's t of the pairs calls one better more often than it says.
    """
    for name, what in (("row", "rows"), ("actual", "outcomes"), ("fold", "division into folds")):
        if not np.array_equal(getattr(first, name), getattr(second, name)):
            return {"reason": f"they have not the same {what}"}
    if not len(first.row):
        return {"reason": "no row was held out"}
    right = [one.predicted == one.actual for one in (first, second)]
    alone = int((right[0] & ~right[1]).sum()), int((right[1] & ~right[0]).sum())
    return {"rows": len(first.row), **mcnemar(*alone, confidence)}
