"""Eight students for the tests, whom no line parts into those who passed and those who did not, and the lesson's."""

from typing import Any

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from passage.evaluation.vocabulary import Vocabulary, vocabulary
from passage.model.classifier import Classifier
from passage.model.scaler import Scaler
from passage.params.model import ModelSettings
from stages import train

FEATURES = ["hours", "courses"]
ROWS = pd.DataFrame(
    {
        "hours": [0, 1, 2, 3, 5, 8, 13, 19],
        "courses": [0, 1, 0, 3, 1, 2, 4, 0],
        "passed": [0, 1, 0, 0, 1, 0, 1, 1],
    }
)

HOURS = np.arange(20.0)
COURSES = np.array([0, 1, 0, 0, 2, 1, 3, 0, 1, 2, 0, 1, 3, 1, 0, 2, 1, 3, 2, 3])
PASSED = np.array([0, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 1, 1, 0, 1, 1, 1, 1, 1, 1])
LESSON = np.column_stack([HOURS, COURSES])


NO_SPLIT: dict[str, Any] = {"method": "none"}
BY_GROUP: dict[str, Any] = {"method": "group", "column": "person", "test_size": 0.25, "stratify": True, "seed": 1}
BY_TIME: dict[str, Any] = {"method": "time", "column": "day", "test_from": 99}


def lane(
    threshold: float | str = 0.5, split: dict[str, Any] = NO_SPLIT, words: Any = None, **train_settings: object
) -> ModelSettings:
    """Return the settings of a model of the students, with changes to the settings of its training."""
    defaults = {
        "C": 1.0,
        "l1_ratio": 0.0,
        "solver": "newton-cholesky",
        "tol": 1e-8,
        "max_iter": 1000,
        "seed": 0,
        "class_weight": None,
    }
    return ModelSettings.model_validate(
        {
            "data": "data/raw/x.csv",
            "target": "passed",
            "positive": 1,
            "features": FEATURES,
            "columns": {},
            "split": split,
            "normalize": {"method": "standard", "fit_on": "train"},
            "train": defaults | train_settings,
            "threshold": threshold,
            "evaluate": {"confidence": 0.95, "folds": 4, "repeats": 3, "seed": 1},
            "words": words or {},
        }
    )


def scaled(rows: pd.DataFrame = ROWS, method: str = "standard") -> tuple[Scaler, pd.DataFrame]:
    """Return the scaler of `rows`, and the rows normalized by it beside the target."""
    scaler = Scaler.fit(rows[FEATURES].astype(float), method)
    return scaler, scaler.transform(rows).assign(passed=rows["passed"])


def fitted(settings: ModelSettings | None = None, method: str = "standard") -> tuple[Scaler, Classifier]:
    """Return the scaler and the classifier of the eight students."""
    scaler, normalized = scaled(method=method)
    return scaler, train.fit(normalized[FEATURES].to_numpy(), ROWS["passed"], ROWS, scaler, settings or lane())


def by_scikit_learn(C: float = 1.0) -> Pipeline:
    """Return what somebody without this project would fit."""
    return make_pipeline(StandardScaler(), LogisticRegression(C=C, solver="newton-cholesky", tol=1e-8))


def in_words(columns: dict[str, dict[str, str]]) -> Vocabulary:
    """Return the words of a model whose students pass or fail; columns: what each feature is called."""
    named = {"rows": "students", "outcome": "passing", "classes": ["failed", "passed"], "columns": columns}
    return vocabulary(lane(words=named), (0, 1))


def measured(baseline: float) -> dict[str, Any]:
    """Return rows and test of a metrics/NAME.json: 4 of 5 are right, where always guessing one class is this often."""
    accuracy = {"accuracy": 0.8, "accuracy_low": 0.28358, "accuracy_high": 0.99995, "baseline_accuracy": baseline}
    return {"rows": {"train": 15, "test": 5}, "test": accuracy | {"true_negatives": 1, "true_positives": 3}}
