"""A fit as a point and how sure it is, of which one may ask more than its coefficients."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from scipy.special import ndtri

from passage.association import profile
from passage.association.likelihood import OfRows, Point
from passage.base.rounding import FITTED, centered, significant

Searched = tuple[OfRows, Point]


@dataclass(frozen=True)
class Fit:
    """A fitted regression: log-odds of a row = `directions` @ theta.

    center: the columns' means, (n_columns,). transform: (n_columns, n_columns), so that the coefficients in the
    columns' own units are transform @ theta[1:]. theta: (1 + n_columns,), the first of them the log-odds at `center`.
    covariance: of theta. likelihood: Firth's, and its optimum; None where rows or
    columns are so many that questions are answered by the covariance alone.
    """

    center: np.ndarray
    transform: np.ndarray
    theta: np.ndarray
    covariance: np.ndarray
    likelihood: Searched | None = None

    @property
    def coefficients(self) -> np.ndarray:
        """Log-odds per unit of each column, (n_columns,)."""
        return np.asarray(self.transform @ self.theta[1:])

    @property
    def slopes(self) -> np.ndarray:
        """The directions of the coefficients: slopes @ theta are they, (n_columns, 1 + n_columns)."""
        return np.column_stack([np.zeros(len(self.transform)), self.transform])

    def directions(self, rows: np.ndarray) -> np.ndarray:
        """Return what theta is multiplied by for the log-odds of `rows` (n_rows, n_columns), in own units."""
        return np.column_stack([np.ones(len(rows)), (rows - self.center) @ self.transform])

    def in_units(self) -> Self:
        """Return the same fit, whose theta is the log-odds at `center` and the coefficients in own units."""
        turn = np.vstack([np.eye(1, len(self.theta)), self.slopes])
        covariance = turn @ self.covariance @ turn.T
        return type(self)(self.center, np.eye(len(self.center)), turn @ self.theta, covariance)

    def lost(self, direction: np.ndarray, value: float, start: np.ndarray) -> tuple[float, np.ndarray]:
        """Return twice what the log-likelihood loses where direction @ theta is `value`, and theta there.

        By the profile, or as Wald's statistic. start: a theta near that one.
        """
        if self.likelihood is None:
            away = float(direction @ self.theta) - value
            return away**2 / float(direction @ self.covariance @ direction), start
        likelihood, best = self.likelihood
        found = profile.at(likelihood, best, direction, value, start)
        return max(2 * (best.value - found.value), 0.0), found.theta

    def interval(self, directions: np.ndarray, level: float) -> tuple[np.ndarray, np.ndarray]:
        """Return the ends of the interval of each of `directions` (n, 1 + n_columns) @ theta, pointwise, (n,) each.

        Of directions one after the other that are near each other, the profile is found sooner.
        """
        if self.likelihood is None:
            spread = np.einsum("ij,jk,ik->i", directions, self.covariance, directions)
            away = float(ndtri((1 + level) / 2)) * np.sqrt(np.maximum(spread, 0.0))
            return directions @ self.theta - away, directions @ self.theta + away
        low, high = (profile.along(*self.likelihood, directions, side, level) for side in (-1, 1))
        return low, high

    def content(self) -> dict[str, Any]:
        """Return what is written of it: center, and in own units theta and its covariance.

        The center has the digits that log-odds of rows around it need, however large it is beside their spread.
        """
        plain = self.in_units()
        steps = 1 / np.hypot(plain.theta, np.sqrt(np.diag(plain.covariance)))[1:]  # of which one is a log-odds or more
        return {
            "center": [centered(*one) for one in zip(plain.center, steps, strict=True)],
            "theta": [significant(value, FITTED) for value in plain.theta],
            "covariance": [[significant(value, FITTED) for value in row] for row in plain.covariance],
        }

    @classmethod
    def read(cls, written: Mapping[str, Any]) -> Self:
        """Return the fit that `content` wrote, without its likelihood."""
        center, theta, covariance = (np.array(written[key]) for key in ("center", "theta", "covariance"))
        return cls(center, np.eye(len(center)), theta, covariance)
