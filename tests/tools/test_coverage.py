"""The simulation finds intervals that hold the truth as often as they say, and finds out those that do not."""

import numpy as np
import pandas as pd
import pytest

from tools import coverage
from tools.coverage import Setting

FEW = 200
LEAST = 0.92  # a nominal 95 %, less twice the standard error of so few data sets


@pytest.fixture(scope="module")
def slopes() -> pd.DataFrame:
    return coverage.associations(Setting((1.7,), 20), np.random.SeedSequence(1), FEW)


def narrower(intervals: pd.DataFrame) -> pd.DataFrame:
    """Return the intervals at half their width."""
    quarter = (intervals["high"] - intervals["low"]) / 4
    return intervals.assign(low=intervals["low"] + quarter, high=intervals["high"] - quarter)


def test_firths_interval_holds_the_slope(slopes: pd.DataFrame) -> None:
    assert coverage.share_held(slopes)[0] > LEAST
    assert slopes["converged"].all()


def test_the_exact_interval_holds_the_accuracy() -> None:
    found = coverage.accuracies(0.8, 20, np.random.SeedSequence(1), FEW)
    assert coverage.share_held(found)[0] > LEAST


def test_intervals_of_half_the_width_are_found_out(slopes: pd.DataFrame) -> None:
    accuracies = coverage.accuracies(0.8, 20, np.random.SeedSequence(1), FEW)
    for intervals in (slopes, accuracies):
        assert coverage.share_held(narrower(intervals))[0] < LEAST


def test_one_class_alone_shows_no_interval_and_leaves_the_share() -> None:
    intervals = pd.DataFrame({"truth": 1.0, "low": [0.0, 2.0, np.nan], "high": [3.0, 3.0, np.nan]})
    assert coverage.share_held(intervals) == pytest.approx((0.5, np.sqrt(0.5 * 0.5 / 2)))
    none = coverage.associations(Setting((3.0,), 1), np.random.SeedSequence(1), 5)
    assert none["one_class"].sum() == 5
    assert none[["low", "high"]].isna().all(axis=None)


def test_a_seed_gives_the_same_students_again() -> None:
    first, again = (coverage.associations(Setting((1.0, 1.3), 15), np.random.SeedSequence(3), 3) for _ in range(2))
    pd.testing.assert_frame_equal(first, again)
    assert first["feature"].tolist() == ["hours", "courses"] * 3
