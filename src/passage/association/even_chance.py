"""The value of a number at which the chance is one half, or any other, with its interval.

The interval is all values where the pointwise band of the log-odds holds those of the chance: where the likelihood
that gives such a chance to the value has not lost what the level allows. It may have no end, or leave out a stretch
alone (Williams 1986, Interval estimation of the median lethal dose, Biometrics 42:641-645; with Wald's statistic it is
Fieller's interval: Fieller 1954, Some problems in interval estimation, Journal of the Royal Statistical Society B
16:175-185). Values beyond all others, up and down, meet where the slope is nothing; so they are angles on a circle, on
which the interval is always one piece.
"""

from typing import Any

import numpy as np
from scipy.optimize import brentq, minimize_scalar
from scipy.special import logit, ndtri

from passage.association.fit import Fit
from passage.base.rounding import PREDICTED, centered

EXACT = 1e-12  # of an angle
STEP = np.pi / 8  # between the angles at which a value is looked for that the rows rule out
FLAT = 1e-9  # change of the log-odds by one standard deviation that counts as none
BOUNDED, OUTSIDE, WHOLE_LINE = "bounded", "outside", "whole_line"


def crossing(fit: Fit, row: np.ndarray, place: int, spread: float, level: float, chance: float = 0.5) -> dict[str, Any]:
    """Return the value of the column at `place` at which the fit has this `chance`, and its interval at `level`.

    row: (n_columns,), where the other columns are held; its value at `place` is one in the middle. spread: of that
    column, in the same units.
    estimate: absent where the column changes nothing. rises: whether the chance rises with the column. shape: bounded
    (from low to high), outside (all values but those from low to high) or whole_line (all, without low and high).
    """
    middle, slope = fit.directions(row[np.newaxis])[0], fit.slopes[place] * spread
    wanted, asked = float(ndtri((1 + level) / 2)), float(logit(chance))
    off, steepness = float(middle @ fit.theta) - asked, float(slope @ fit.theta)
    guess = float(np.arctan2(-off * np.sign(steepness), abs(steepness)))
    near = fit.theta

    def beyond(angle: float) -> float:
        """Return by how much the root of what the likelihood loses at `angle` is more than the level allows."""
        nonlocal near
        direction = np.cos(angle) * middle + np.sin(angle) * slope
        lost, near = fit.lost(direction, float(np.cos(angle)) * asked, near)
        return float(np.sqrt(lost)) - wanted

    def value(angle: float) -> float:
        away = float(spread * np.tan(angle))
        return centered(float(row[place]) + away, max(spread, abs(away)), PREDICTED)

    def end(inside: float, outside: float) -> float:
        return value(float(brentq(beyond, inside, outside, xtol=EXACT)))

    found: dict[str, Any] = {"rises": bool(steepness > 0)}
    if abs(steepness) > FLAT:
        found["estimate"] = value(guess)
    if beyond(np.pi / 2) > 0:
        return found | {"shape": BOUNDED, "low": end(guess, -np.pi / 2), "high": end(guess, np.pi / 2)}
    if (ruled_out := _ruled_out(beyond, guess)) is None:
        return found | {"shape": WHOLE_LINE}
    low, high = end(guess, ruled_out), end(guess + np.pi, ruled_out)
    return found | {"shape": OUTSIDE, "low": min(low, high), "high": max(low, high)}


def _ruled_out(beyond: Any, guess: float) -> float | None:
    """Return an angle that is `beyond` what the level allows, or None where there is none."""
    angles = guess + np.arange(STEP, np.pi, STEP)
    losses = [beyond(float(angle)) for angle in angles]
    most = int(np.argmax(losses))
    if losses[most] > 0:
        return float(angles[most])
    limits = angles[most] - STEP, angles[most] + STEP
    found = minimize_scalar(lambda angle: -beyond(angle), bounds=limits, method="bounded", options={"xatol": 1e-3})
    return float(found.x) if found.fun < 0 else None
