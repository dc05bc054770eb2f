"""At which value of a number the chance is even, and at which it is the threshold, where that is another one."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import students
from scipy.special import logit

from passage.association import even_chance, firth
from passage.association.associate import of_training
from passage.evaluation import chances
from passage.model.classifier import Model
from passage.model.design import Column, Feature
from passage.model.preparation import Preparation
from stages import train

ROWS = pd.DataFrame(students.LESSON, columns=students.FEATURES).assign(passed=students.PASSED)


def model(threshold: float, rows: pd.DataFrame = ROWS) -> Model:
    scaler, normalized = students.scaled(rows)
    classifier = train.fit(normalized[students.FEATURES].to_numpy(), rows["passed"], rows, scaler, students.lane())
    prepared = Preparation(
        tuple(map(Feature, students.FEATURES)), [Column(name, name, "number") for name in students.FEATURES]
    )
    return Model(prepared, scaler, replace(classifier, threshold=threshold))


@pytest.mark.parametrize("threshold", [0.5, 0.3])
def test_where_the_model_decides_otherwise_than_at_one_half_it_is_said_from_which_value_on(threshold: float) -> None:
    one = model(threshold)
    association = of_training(ROWS[students.FEATURES], ROWS["passed"].to_numpy(), 0.95, one.preparation).content()
    found = chances.even(association, one, ROWS, "passed")
    assert [*found] == students.FEATURES
    fit, middle = firth.fit(students.LESSON, students.PASSED).fit, np.median(students.LESSON, axis=0)
    for place, (name, said) in enumerate(found.items()):
        for chance, there in [(0.5, said)] + [(threshold, said.get("at_threshold", {}))] * (threshold != 0.5):
            spread = float(ROWS[name].std(ddof=0))
            ours = even_chance.crossing(fit, middle, place, spread, 0.95, chance)
            assert (there["firth"], there["low"], there["high"]) == pytest.approx(
                (ours["estimate"], ours["low"], ours["high"]), rel=1e-6
            )
            at = pd.DataFrame([middle], columns=students.FEATURES).assign(**{name: there["model"]})
            assert one.predict(at)["log_odds"].item() == pytest.approx(logit(chance), abs=1e-6)
        assert ("at_threshold" in said) == (threshold != 0.5)
    assert chances.even(association | {"even_chance": {}}, one, ROWS, "passed") == {}


def test_the_models_own_value_keeps_its_digits_of_years_and_times() -> None:
    own = []
    for shift in (0, 1e9):
        rows = ROWS.assign(hours=ROWS["hours"] + shift)
        one = model(0.5, rows)
        association = of_training(rows[students.FEATURES], rows["passed"].to_numpy(), 0.95, one.preparation).content()
        own.append([found["model"] for found in chances.even(association, one, rows, "passed").values()])
    assert np.array(own[1]) - [1e9, 0] == pytest.approx(np.array(own[0]), abs=2e-6)


@pytest.mark.parametrize("threshold", [0.0, 1.0])
def test_no_value_is_looked_for_at_which_the_probability_is_nothing_or_all(threshold: float) -> None:
    one = model(threshold)
    association = of_training(ROWS[students.FEATURES], ROWS["passed"].to_numpy(), 0.95, one.preparation).content()
    assert not any("at_threshold" in said for said in chances.even(association, one, ROWS, "passed").values())
