"""The interval of one row's probability, of few rows by the profile and of many from the covariance."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit
from students import HOURS, LESSON, PASSED

from passage.association import firth, probability_interval, profile
from passage.association.associate import of_training
from passage.model.design import Column, Feature
from passage.model.preparation import Preparation

PLAIN = Preparation((Feature("hours"), Feature("courses")), [Column(n, n, "number") for n in ("hours", "courses")])
ROWS = pd.DataFrame(LESSON, columns=["hours", "courses"])


def known(rows: pd.DataFrame = ROWS, target: np.ndarray = PASSED, prepared: Preparation = PLAIN) -> dict[str, Any]:
    return of_training(rows, target, 0.9, prepared).content()


def of(new: pd.DataFrame, prepared: Preparation = PLAIN, rows: pd.DataFrame = ROWS, target: Any = PASSED) -> Any:
    training = rows.assign(passed=target)
    return probability_interval.of_rows(new, prepared, known(rows, target, prepared), training, "passed").to_numpy()


def test_the_ends_are_those_of_the_profile_search() -> None:
    new = ROWS.iloc[[3, 17, 3]]
    found = of(new)
    fit = firth.fit(LESSON, PASSED).fit
    likelihood, best = fit.likelihood or pytest.fail("not small")
    for row, ends in zip(new.to_numpy(), found, strict=True):
        direction = fit.directions(row[np.newaxis])[0]
        theirs = [profile._end(likelihood, best, direction, side, 0.9)[0] for side in (-1, 1)]
        assert ends == pytest.approx(expit(theirs), rel=1e-6)
    assert (found[0] == found[2]).all()
    assert probability_interval.how(known(), 3) == "profile"


def test_many_rows_have_walds_ends_around_firths_log_odds() -> None:
    new = pd.concat([ROWS] * 6, ignore_index=True)
    assert (len(new), probability_interval.how(known(), len(new)), probability_interval.how(known(), 100)) == (
        120,
        "wald",
        "profile",
    )
    fit = firth.fit(LESSON, PASSED)
    x = np.column_stack([np.ones(20), LESSON])
    weights = (p := expit(fit.intercept + LESSON @ fit.coefficients)) * (1 - p)
    error = np.sqrt(np.einsum("ij,jk,ik->i", x, np.linalg.inv((x.T * weights) @ x), x))
    centre = fit.intercept + LESSON @ fit.coefficients
    theirs = expit(np.column_stack([centre - 1.644853627 * error, centre + 1.644853627 * error]))
    assert of(new)[:20] == pytest.approx(theirs, rel=1e-5)


def test_years_and_times_change_no_interval_and_no_place_of_its_curve() -> None:
    new = pd.concat([ROWS] * 6, ignore_index=True)
    later, training = (rows.assign(hours=rows["hours"] + 1e9) for rows in (new, ROWS))
    assert of(later, rows=training) == pytest.approx(of(new), abs=2e-8)
    hours = Preparation((Feature("hours"),), [Column("hours", "hours", "number")])
    along = [known(ROWS[["hours"]] + shift, prepared=hours)["curve"]["value"] for shift in (0, 1e9)]
    assert np.array(along[1]) - 1e9 == pytest.approx(np.array(along[0]), abs=1e-6)


def test_a_gap_an_unseen_category_and_another_value_of_a_constant_have_none() -> None:
    features = Feature("hours", missing="median", fill=9.0), Feature("town", "category", categories=("a", "b"))
    columns = [Column("hours", "hours", "number"), Column("town=b", "town", "category", "b", "a")]
    prepared = Preparation((*features, Feature("one")), [*columns, Column("one", "one", "number")])
    rows = pd.DataFrame({"hours": HOURS, "town": ["a", "b"] * 10, "one": 1.0})
    new = pd.DataFrame({"hours": [9.0, np.nan, 9.0, 9.0], "town": ["b", "b", "c", "b"], "one": [1.0, 1.0, 1.0, 2.0]})
    found = of(new, prepared, rows)
    assert np.isnan(found).all(axis=1).tolist() == [False, True, True, True]


def test_columns_that_depend_on_each_other_leave_no_interval() -> None:
    prepared = Preparation((Feature("hours"), Feature("twice")), [Column(n, n, "number") for n in ("hours", "twice")])
    rows = pd.DataFrame({"hours": HOURS, "twice": 2 * HOURS})
    assert np.isnan(of(rows.head(2), prepared, rows)).all()
    assert probability_interval.how(known(rows, PASSED, prepared), 2) == "none"
    assert not {"even_chance", "points"} & set(known(rows, PASSED, prepared))


def test_no_rows_have_no_ends() -> None:
    assert of(ROWS.iloc[:0]).shape == (0, 2)
