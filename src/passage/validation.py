"""How good the way to a model is on rows that it has not seen, by repeated stratified cross-validation.

Every step is taken anew in each fold, the scaling, too. No unbiased estimate of the result's variance exists (Bengio
and Grandvalet 2004, No unbiased estimator of the variance of k-fold cross-validation, JMLR 5:1089-1105): what is shown
beside it is the spread over the repeats, not an interval.

It costs folds * repeats fits, and as many again without each feature.
"""

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import expit
from sklearn.dummy import DummyClassifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import RepeatedStratifiedKFold, StratifiedKFold, cross_val_predict, cross_validate
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler
from tqdm import tqdm

from passage.classifier import estimator_settings
from passage.digits import PREDICTED, significant
from passage.goodness import log_loss
from passage.params import Lane
from passage.progress import bar

SCALERS = {"standard": StandardScaler, "minmax": MinMaxScaler}


def unfitted(settings: Lane, n_features: int) -> Pipeline:
    """Return scaler and regression as `settings` say, to be fitted on rows in their own units.

    Without features it predicts the share of each class.
    """
    if n_features == 0:
        return Pipeline([("share", DummyClassifier(strategy="prior"))])
    method = settings.normalize.method
    regression = LogisticRegression(**estimator_settings(settings.train.model_dump()))
    return Pipeline([("scaler", SCALERS[method]() if method in SCALERS else "passthrough"), ("regression", regression)])


def log_odds(fitted: Pipeline, rows: np.ndarray) -> np.ndarray:
    """Return the log-odds of each row, (n_rows,)."""
    if rows.shape[1] == 0:
        return np.asarray(np.diff(fitted.predict_log_proba(rows)))[:, 0]
    return np.asarray(fitted.decision_function(rows))


def fold_count(target: np.ndarray, wanted: int) -> int:
    """Return how many folds have a row of each class, at most `wanted`; below 2 there are none."""
    return min(wanted, int(np.bincount(target, minlength=2).min()))


@dataclass(frozen=True)
class Validation:
    """What a cross-validation came to; each array has one entry for each repeat, (repeats,).

    accuracy: share of all rows that were predicted right. log_loss: in nats.
    """

    accuracy: np.ndarray
    log_loss: np.ndarray


def validate(rows: np.ndarray, target: np.ndarray, settings: Lane, progress: "tqdm[Any]") -> Validation:
    """Return how good `settings` are on `rows` (n_rows, n_features), in their own units, and `target` (n_rows,).

    Each row is predicted once in each repeat.
    """
    asked, folds = settings.evaluate, fold_count(target, settings.evaluate.folds)

    def score(fitted: Pipeline, held_out: np.ndarray, actual: np.ndarray) -> dict[str, float]:
        progress.update()
        says = _rounded(log_odds(fitted, held_out))
        predicted = _rounded(expit(says)) >= settings.threshold
        return {"right": (predicted == actual).sum(), "loss": log_loss(actual, says) * len(actual)}

    division = RepeatedStratifiedKFold(n_splits=folds, n_repeats=asked.repeats, random_state=asked.seed)
    estimator = unfitted(settings, rows.shape[1])
    scores = cross_validate(estimator, rows, target, cv=division, scoring=score, error_score="raise")
    right, loss = (scores[f"test_{name}"].reshape(asked.repeats, folds).sum(axis=1) for name in ("right", "loss"))
    return Validation(right / len(target), loss / len(target))


def held_out(rows: np.ndarray, target: np.ndarray, settings: Lane) -> np.ndarray:
    """Return the probability of each row, (n_rows,), from a fit without its fold; nothing where there are no two folds.

    rows: (n_rows, n_features), in their own units. target: (n_rows,).
    """
    asked, folds = settings.evaluate, fold_count(target, settings.evaluate.folds)
    if folds < 2:
        return np.empty(0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # cross_validation, of the same fits, tells
        division = StratifiedKFold(folds, shuffle=True, random_state=asked.seed)
        estimator = unfitted(settings, rows.shape[1])
        says = cross_val_predict(estimator, rows, target, cv=division, method="decision_function")
    return _rounded(expit(_rounded(says)))


def cross_validation(table: pd.DataFrame, settings: Lane) -> tuple[dict[str, Any], dict[str, str]]:
    """Return what stands under cross_validation in metrics/NAME.json, and by kind a sentence on what to beware of.

    table: every row of the lane, features in their own units. Where the rarer class has fewer rows than there should be
    folds, there are as many folds as it has rows; where it has one, there is no cross-validation. Without each feature
    in turn, the same folds show what knowing it is worth: by how much the log loss rises, repeat by repeat.
    """
    target, asked, features = table[settings.target].to_numpy(), settings.evaluate, settings.features
    folds = fold_count(target, asked.folds)
    if folds < 2:
        return {}, {"no_cross_validation": "one class has a single row, so there is no cross-validation"}
    cautions = {}
    if folds < asked.folds:
        fewer = f"the rarer class has {folds} rows: {folds} folds of the cross-validation instead of {asked.folds}"
        cautions["fewer_folds"] = fewer
    fits = (len(features) + 1) * asked.repeats * folds
    rows = table[features].to_numpy(dtype=float)
    with (
        warnings.catch_warnings(record=True) as doubts,
        bar("cross-validation", "fits", total=fits) as progress,
    ):
        for doubt in (ConvergenceWarning, RuntimeWarning):
            warnings.simplefilter("always", doubt)
        whole = validate(rows, target, settings, progress)
        parts = [
            validate(np.delete(rows, position, axis=1), target, settings, progress) for position in range(len(features))
        ]
    if doubts:
        first = str(doubts[0].message).splitlines()[0]
        cautions["not_converged"] = f"the solver warned {len(doubts)} times in {fits} fits of cross-validation: {first}"
    without = {
        feature: {"log_loss": _mean(part.log_loss), **_spread("difference", part.log_loss - whole.log_loss)}
        for feature, part in zip(features, parts, strict=True)
    }
    spreads = _spread("accuracy", whole.accuracy) | _spread("log_loss", whole.log_loss)
    return {"folds": folds, "repeats": asked.repeats, **spreads, "without": without}, cautions


def _rounded(values: np.ndarray) -> np.ndarray:
    return np.array([significant(value, PREDICTED) for value in values])


def _mean(values: np.ndarray) -> float:
    return significant(values.mean(), PREDICTED)


def _spread(name: str, values: np.ndarray) -> dict[str, float]:
    """Return the mean of `values` (repeats,) under `name`, and the least and the greatest of them."""
    least, greatest = (significant(value, PREDICTED) for value in (values.min(), values.max()))
    return {name: _mean(values), f"{name}_least": least, f"{name}_greatest": greatest}
