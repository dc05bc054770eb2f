"""The scikit-learn objects that the numbers of a scaler and a classifier stand for."""

from typing import Any

import numpy as np
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import FixedThresholdClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler

from passage.model import preparation
from passage.model.classifier import PLAIN_THRESHOLD, Classifier, Model
from passage.model.coded import Coded
from passage.model.scaler import Scaler
from passage.params.model import ModelSettings


def estimator_settings(settings: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments of LogisticRegression for the settings under `train` (model.json writes infinity "inf")."""
    return {
        "C": float(settings["C"]),
        "l1_ratio": settings["l1_ratio"],
        "solver": settings["solver"],
        "tol": settings["tol"],
        "max_iter": settings["max_iter"],
        "random_state": settings["seed"],
        "class_weight": settings["class_weight"],
    }


def transformer(scaler: Scaler) -> StandardScaler | MinMaxScaler:
    """Return scikit-learn's fitted scaler with the numbers of `scaler`."""
    center, scale = (np.array(list(numbers.values())) for numbers in (scaler.center, scaler.scale))
    if scaler.method == "minmax":
        made = MinMaxScaler()
        made.data_min_, made.data_max_, made.data_range_ = center, center + scale, scale
        made.scale_, made.min_ = 1 / scale, -center / scale
    else:
        made = StandardScaler()
        made.mean_, made.scale_, made.var_ = center, scale, scale**2
    made.feature_names_in_ = np.array(list(scaler.center), dtype=object)
    made.n_features_in_ = len(scaler.center)
    return made


def regression(classifier: Classifier) -> LogisticRegression:
    """Return scikit-learn's fitted LogisticRegression with the numbers of `classifier`."""
    made = LogisticRegression(**estimator_settings(classifier.settings))
    made.coef_ = np.array([[classifier.coefficients[name] for name in classifier.features]])
    made.intercept_ = np.array([classifier.intercept])
    made.classes_ = np.array(classifier.classes)
    made.n_iter_ = np.array([classifier.iterations], dtype=np.int32)
    made.n_features_in_ = len(classifier.features)
    return made


def pipeline(model: Model) -> Pipeline:
    """Return the scikit-learn Pipeline of a model: rows as they come in, labels at the threshold out."""
    classifier, prepared = model.classifier, model.preparation
    final = fitted = regression(classifier)
    if classifier.threshold != PLAIN_THRESHOLD:
        positive = classifier.classes[1]
        final = FixedThresholdClassifier(fitted, threshold=classifier.threshold, pos_label=positive)
        final.estimator_ = fitted
    scaling = transformer(model.scaler)
    if prepared.plain:
        return Pipeline([("scaler", scaling), ("regression", final)])
    del scaling.feature_names_in_  # a table of numbers comes from the preparation
    return Pipeline([("preparation", prepared.transformer()), ("scaler", scaling), ("regression", final)])


SCALERS = {"standard": StandardScaler, "minmax": MinMaxScaler}


def unfitted(settings: ModelSettings, rows: np.ndarray, *, large: bool = False) -> Pipeline | Coded:
    """Return preparation, scaler and regression as `settings` say, to be fitted on some of `rows`.

    rows: (n_rows, n_features), as preparation.encode has them: in their own units where all are numbers without gaps.
    Without features it predicts the share of each class. With them, train.C must be a number. large: whether rows are
    of a large table, whose categories are codes (Sample).
    """
    if not settings.features:
        return Pipeline([("share", DummyClassifier(strategy="prior"))])
    method = settings.normalize.method
    asked = settings.categories() if large else []  # which looks at every feature, in each of hundreds of fits
    categories = [str(place) for place, name in enumerate(settings.features) if name in asked]
    coded = bool(categories)
    steps: dict[str, Any] = {
        "preparation": preparation.unfitted(settings, rows, coded=coded),
        "scaler": SCALERS[method]() if method in SCALERS else "passthrough",
        "regression": LogisticRegression(**estimator_settings(settings.train.model_dump())),
    }
    return Coded(**steps, categories=categories) if coded else Pipeline([*steps.items()])
