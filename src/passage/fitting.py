"""What every cross-validation shares: what is fitted in a fold, and what solvers warn of."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from sklearn.dummy import DummyClassifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler

from passage import preparation
from passage.estimator import estimator_settings
from passage.params import Lane

SCALERS = {"standard": StandardScaler, "minmax": MinMaxScaler}


def unfitted(settings: Lane, rows: np.ndarray) -> Pipeline:
    """Return preparation, scaler and regression as `settings` say, to be fitted on some of `rows`.

    rows: (n_rows, n_features), as preparation.coded has them: in their own units where all are numbers without gaps.
    Without features it predicts the share of each class. With them, train.C must be a number.
    """
    if not settings.features:
        return Pipeline([("share", DummyClassifier(strategy="prior"))])
    method = settings.normalize.method
    regression = LogisticRegression(**estimator_settings(settings.train.model_dump()))
    return Pipeline(
        [
            ("preparation", preparation.unfitted(settings, rows)),
            ("scaler", SCALERS[method]() if method in SCALERS else "passthrough"),
            ("regression", regression),
        ]
    )


@contextmanager
def solver_warnings() -> Iterator[list[warnings.WarningMessage]]:
    """Collect in the list what solvers warn of, every time they do, instead of printing it or stopping at it."""
    with warnings.catch_warnings(record=True) as warned:
        for doubt in (ConvergenceWarning, RuntimeWarning):
            warnings.simplefilter("always", doubt)
        yield warned


def in_words(warned: list[warnings.WarningMessage], fits: int, doing: str) -> str:
    """Return one sentence on what solvers warned of, at least once, in so many `fits` of `doing`."""
    times = "once" if len(warned) == 1 else f"{len(warned)} times"
    return f"the solver warned {times} in {fits} fits of {doing}: {str(warned[0].message).splitlines()[0]}"
