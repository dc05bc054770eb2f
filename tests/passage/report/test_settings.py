"""What is said holds for every value of every setting: sentence x setting."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import students

from passage.evaluation.vocabulary import Vocabulary, vocabulary
from passage.report import association, captions, predictions, sections, tables

TEST = {"true_negatives": 11, "false_positives": 12, "false_negatives": 13, "true_positives": 14, "roc_auc": 0.75}
METRICS: dict[str, Any] = {"test": TEST, "odds": {"hours": {}}}


def words(class_weight: str | None) -> Vocabulary:
    return vocabulary(students.lane(class_weight=class_weight), (0, 1))


@pytest.mark.parametrize("picture", ["curve", "regions", "roc", "calibration"])
@pytest.mark.parametrize(("class_weight", "called"), [(None, "probability"), ("balanced", "weighted probability")])
def test_a_weighted_probability_is_called_one_at_each_picture(
    picture: str, class_weight: str | None, called: str
) -> None:
    said = " ".join(captions.words_for(picture, METRICS, 0.95, words(class_weight)))
    assert called in said
    assert said.count("probability") == said.count(called)
    assert "weighted" not in said.replace(called, "")


@pytest.mark.parametrize(("class_weight", "of"), [(None, "Firth"), ("balanced", "Firth, unweighted")])
def test_an_interval_beside_a_weighted_probability_says_that_it_is_of_another_one(
    class_weight: str | None, of: str
) -> None:
    association, row = {"confidence": 0.9}, pa.table({"hours": ["3"], "probability": ["0.6"]})
    model: dict[str, Any] = {"classes": [0, 1], "training_range": {}}
    one = sections.Section("m", students.lane(), words(class_weight), model, {}, {}, association, {}, [])
    assert f"90 % ({of})" in predictions._table("t", Path("t.csv"), row, 1, one).heads
    assert f"m itself{', weighted' if class_weight else ''}" in tables.even_chances(one).heads


@pytest.mark.parametrize(
    ("method", "said", "not_said"),
    [("standard", "standard deviation", "least"), ("minmax", "least", "deviation"), ("none", "", "deviation")],
)
def test_a_normalized_step_is_the_one_of_the_setting(method: str, said: str, not_said: str) -> None:
    settings = students.lane()
    settings = settings.model_copy(update={"normalize": settings.normalize.model_copy(update={"method": method})})
    none: dict[str, Any] = {"intercept": 0.0, "coefficients": {}, "odds": {}}
    one = sections.Section("m", settings, words(None), {"original_units": none}, {}, none, {}, {}, [])
    step = tables.coefficients(one).heads[1]
    assert said in step
    assert not_said not in step
    assert ("no feature is normalized" in step) == (method == "none")


HELD_BACK, WEIGHS, DERIVED = "holds the model's", "weighs both classes the same", "likelihood's derivatives"


@pytest.mark.parametrize("class_weight", [None, "balanced"])
@pytest.mark.parametrize("C", [0.5, "inf"])
@pytest.mark.parametrize("method", ["firth", "firth-wald"])
def test_why_there_are_two_odds_ratios_is_true_of_each_fit(
    class_weight: str | None, C: float | str, method: str
) -> None:
    known = {} if method == "firth" else {"method": method}
    said = association.why_two({"settings": {"C": C, "class_weight": class_weight}}, known)
    assert (HELD_BACK in said) == (C != "inf")
    assert ("no penalty" in said) == (C == "inf")
    assert (WEIGHS in said) == (class_weight == "balanced")
    assert (DERIVED in said) == (method == "firth-wald")
    assert ("with few rows, too" in said) == (C == "inf" and method == "firth")
    assert "are Firth's (bias-reduced)" in said
