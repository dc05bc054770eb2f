"""What a model's numbers say, in words.

It takes what the files hold (metrics/NAME.json and models/NAME/) and rounds it for reading.
"""

from collections.abc import Mapping
from typing import Any

from passage.evaluation.vocabulary import Vocabulary
from passage.report.numbers import share


def pairs(test: Mapping[str, int]) -> int:
    """Return of how many pairs of test rows, one of each class, the AUC is the share with the right order."""
    positive = test["true_positives"] + test["false_negatives"]
    return positive * (test["true_negatives"] + test["false_positives"])


def counted(key: str, test: Mapping[str, int]) -> str:
    """Return of how many test rows, or pairs of them, a measure is a share; nothing of others."""
    right, missed, wrong = (test.get(name, 0) for name in ("true_positives", "false_negatives", "false_positives"))
    match key:
        case "precision":
            return f"{right:,} of {right + wrong:,}"
        case "recall":
            return f"{right:,} of {right + missed:,}"
        case "roc_auc":
            return f"of {pairs(test):,} pairs"
        case _:
            return ""


def every(metrics: Mapping[str, Any]) -> int:
    """Return how many rows train and test."""
    return int(metrics["rows"]["train"] + metrics["rows"]["test"])


def right(metrics: Mapping[str, Any]) -> str:
    """Return how many test rows were predicted right, or which share of the training rows where there are none."""
    if test := metrics.get("test"):
        return f"{test['true_negatives'] + test['true_positives']:,}"
    return share(metrics["train"]["accuracy"])


def cross_validated(metrics: Mapping[str, Any], words: Vocabulary) -> str:
    """Return what the cross-validation came to."""
    found = metrics["cross_validation"]
    total, folds = f"{every(metrics):,} {words.rows}", found["folds"]
    if "drawn" in found:
        total = f"{found['drawn']:,} {words.rows}, drawn by chance from {total},"
    chosen = " and ".join(metrics.get("chosen", {}))  # from other rows than those it is judged by
    if by_time(metrics):
        how = f"the {found['rows']:,} later ones of {total} are predicted, stretch by stretch, by fits on earlier ones"
        how += f" that have chosen their {chosen} from those" if chosen else ""
        over = f"{folds} stretches"
    else:
        how = f"each of {'' if 'drawn' in found else 'all '}{total} is predicted by a fit that has not seen it"
        how += f" and that has chosen its {chosen} without it" if chosen else ""
        over = f"{found['repeats']} repeats of {folds} folds"
    if once(metrics):
        return f"When {how}, {share(found['accuracy'])} are predicted right (in one repeat, which has no spread)."
    return (
        f"When {how}, {share(found['accuracy'])} are predicted right ({share(found['accuracy_least'])} to "
        f"{share(found['accuracy_greatest'])} over {over}: a spread, not an interval)."
    )


def validated(metrics: Mapping[str, Any]) -> str:
    """Return which rows the cross-validation predicts, where that is not by time."""
    found = metrics["cross_validation"]
    return f"{found['drawn']:,} drawn by chance" if "drawn" in found else f"all {every(metrics):,}"


def by_time(metrics: Mapping[str, Any]) -> bool:
    """Return whether the cross-validation predicted later rows from earlier ones alone."""
    return "rows" in metrics.get("cross_validation", {})


def once(metrics: Mapping[str, Any]) -> bool:
    """Return whether the cross-validation has a single part, and so no spread."""
    return not by_time(metrics) and metrics.get("cross_validation", {}).get("repeats") == 1


def parts(metrics: Mapping[str, Any]) -> str:
    """Return over what the cross-validation has a spread."""
    return "stretches" if by_time(metrics) else "repeats"
