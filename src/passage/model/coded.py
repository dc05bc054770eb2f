"""The fits of a large table's folds, where categories are codes, too, as scikit-learn's searches ask for a fit."""

from typing import Any, Self

import numpy as np
import pandas as pd
from scipy.special import expit
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.compose import ColumnTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from passage.model import newton
from passage.model.design_rows import DesignRows
from passage.model.levels import Levels

TARGET = "target"


class Coded(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """What pipeline.unfitted returns, but without a column for each level: to be fitted on some rows.

    The steps are those of newton-cholesky, so that log-odds are as with the columns. Where they reach no optimum,
    scikit-learn fits the columns, and warns as it does of any.
    preparation: makes categories codes, 0 for the reference. categories: the names of its steps that do. scaler: of all
    other columns. regression: with newton-cholesky.
    """

    def __init__(
        self, preparation: ColumnTransformer, categories: list[str], scaler: Any, regression: LogisticRegression
    ) -> None:
        self.preparation, self.categories, self.scaler, self.regression = preparation, categories, scaler, regression

    def fit(self, rows: np.ndarray, target: np.ndarray) -> Self:
        """Fit on `rows` (n_rows, n_features), as preparation.encode has them, and `target` (n_rows,), 0 or 1."""
        prepared, self.known_ = self.preparation.fit_transform(rows), {}
        for name in self.categories:
            place = self.preparation.output_indices_[name].start
            known = len(self.preparation.named_transformers_[name][-1].categories_[0])
            counts = np.bincount(prepared[:, place].astype(int), minlength=known)
            varies = (counts > 0) & (counts < len(rows)) & (np.arange(known) > 0)
            self.known_[place] = np.where(varies, np.cumsum(varies), 0)  # a column of one value has no part in a fit
        self.known_ = dict(sorted(self.known_.items(), key=lambda one: int(one[1].max())))
        if (numbers := np.delete(prepared, [*self.known_], axis=1)).size and self.scaler != "passthrough":
            self.scaler.fit(numbers)
        design, arguments = self._design(prepared), self.regression.get_params()
        problem = self._problem(design, target, arguments)
        try:
            self.theta_ = newton.minimise(problem, np.zeros(len(problem.scale)), arguments)[0].theta
        except ValueError:
            self.theta_ = self._by_columns(problem, design, target)
        self.classes_ = np.array([0, 1])
        return self

    def decision_function(self, rows: np.ndarray) -> np.ndarray:
        """Return the log-odds of each row, (n_rows,)."""
        return self._design(self.preparation.transform(rows)) @ self.theta_

    def predict_proba(self, rows: np.ndarray) -> np.ndarray:
        """Return the probability of each class, (n_rows, 2)."""
        log_odds = self.decision_function(rows)
        return np.column_stack([expit(-log_odds), expit(log_odds)])

    def _design(self, prepared: np.ndarray) -> DesignRows:
        numbers = np.delete(prepared, [*self.known_], axis=1)
        if numbers.size and self.scaler != "passthrough":
            numbers = self.scaler.transform(numbers)
        codes = [known[prepared[:, place].astype(int)] for place, known in self.known_.items()]
        return DesignRows(np.column_stack([numbers, np.ones(len(numbers))]), codes, [*map(max, self.known_.values())])

    def _problem(self, design: DesignRows, target: np.ndarray, arguments: dict[str, Any]) -> newton.Problem:
        """Return what is minimised on the rows of `design`."""
        numbers = [f"number {place}" for place in range(design.dense.shape[1] - 1)]
        table, levels = pd.DataFrame(design.dense[:, :-1], columns=numbers), list[Levels]()
        for place, (codes, count) in enumerate(zip(design.codes, design.counts, strict=True)):
            table[name := f"category {place}"] = codes
            shares = np.bincount(codes, minlength=count + 1)[1:] / len(codes)
            standard = isinstance(self.scaler, StandardScaler)
            center, scale = (shares, np.sqrt(shares * (1 - shares))) if standard else (0 * shares, np.ones(count))
            levels.append(Levels(name, tuple(f"{name}={code}" for code in range(count)), tuple(center), tuple(scale)))
        table[TARGET] = target
        features = [*numbers, *(column for one in levels for column in one.columns)]
        return newton.Problem.of(table, features, TARGET, arguments, levels)

    def _by_columns(self, problem: newton.Problem, design: DesignRows, target: np.ndarray) -> np.ndarray:
        """Return the parameters that scikit-learn finds with a column for each level, as Problem has them."""
        columns = (design.dense_rows() - problem.center) / problem.scale
        self.regression.fit(np.delete(columns, problem.intercept, axis=1), target)
        theta = np.insert(self.regression.coef_[0], problem.intercept, 0.0) / problem.scale
        theta[problem.intercept] = self.regression.intercept_[0] - problem.center @ theta
        return np.asarray(theta)
