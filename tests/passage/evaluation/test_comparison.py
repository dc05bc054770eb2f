"""Which of two is better on the same rows: McNemar's exact test."""

from pathlib import Path

import numpy as np
import pytest
from statsmodels.stats.contingency_tables import mcnemar

from passage.evaluation import comparison
from passage.evaluation.comparison import HeldOut


@pytest.mark.parametrize(("alone", "verdict"), [((12, 2), "better"), ((2, 12), "worse"), ((7, 4), "cannot_be_told")])
def test_the_p_values_are_those_of_statsmodels(alone: tuple[int, int], verdict: str) -> None:
    found = comparison.mcnemar(*alone, 0.95)
    theirs = mcnemar([[50, alone[0]], [alone[1], 9]], exact=True).pvalue
    assert 2 * min(found["p_value_better"], found["p_value_worse"]) == pytest.approx(theirs, rel=1e-7)
    assert found["verdict"] == verdict


@pytest.mark.parametrize(("confidence", "needed"), [(0.95, 6), (0.8, 4), (0.99, 8)])
def test_below_so_many_rows_where_they_differ_it_cannot_speak(confidence: float, needed: int) -> None:
    for rows in range(needed):
        found = comparison.mcnemar(rows, 0, confidence)
        assert (found["verdict"], found["needed"]) == ("cannot_be_told", needed)
    assert comparison.mcnemar(needed, 0, confidence)["verdict"] == "better"
    assert comparison.mcnemar(0, needed, confidence)["verdict"] == "worse"


def test_a_small_chance_keeps_its_digits_on_either_side() -> None:
    assert comparison.mcnemar(200, 0, 0.95)["p_value_better"] == pytest.approx(2.0**-200, rel=1e-7, abs=0)
    assert comparison.mcnemar(0, 200, 0.95)["p_value_worse"] == pytest.approx(2.0**-200, rel=1e-7, abs=0)


def counts(tn: int, fp: int, fn: int, tp: int) -> dict[str, int]:
    return {"true_negatives": tn, "false_positives": fp, "false_negatives": fn, "true_positives": tp}


@pytest.mark.parametrize(
    ("test", "prevalence", "verdict", "alone"),
    [
        (counts(1, 0, 1, 3), 0.53, "no_better", (1, 1)),
        (counts(2, 0, 1, 2), 0.53, "cannot_be_told", (2, 1)),
        (counts(0, 1, 0, 4), 0.8, "no_better", (0, 0)),
        (counts(12, 0, 1, 30), 0.7, "better", (12, 1)),
        (counts(12, 1, 0, 30), 0.3, "better", (30, 1)),
        (counts(0, 9, 0, 30), 0.3, "better", (30, 9)),
        (counts(30, 9, 0, 0), 0.3, "worse", (0, 9)),
        (counts(3, 2, 0, 2), 0.5, "no_better", (2, 2)),  # of two as frequent, the better class of the test rows
    ],
)
def test_a_model_is_held_against_the_training_rows_more_frequent_class(
    test: dict[str, int], prevalence: float, verdict: str, alone: tuple[int, int]
) -> None:
    found = comparison.beside_guessing(test, prevalence, 0.95)["against_guessing"]
    assert (found["verdict"], (found["right_alone"], found["wrong_alone"])) == (verdict, alone)


def test_one_class_alone_is_named_and_no_rows_say_nothing() -> None:
    assert comparison.beside_guessing(counts(0, 1, 0, 4), 0.6, 0.95)["against_guessing"]["one_class"] == 1
    assert comparison.beside_guessing(counts(4, 0, 1, 0), 0.6, 0.95)["against_guessing"]["one_class"] == 0
    assert "one_class" not in comparison.beside_guessing(counts(1, 0, 0, 4), 0.6, 0.95)["against_guessing"]
    assert comparison.beside_guessing({}, 0.6, 0.95) == {}


def held_out(log_odds: np.ndarray, actual: np.ndarray) -> HeldOut:
    places = np.arange(len(actual))
    return HeldOut(places + 1, places % 5, actual, log_odds, (log_odds >= 0).astype(int))


def test_two_models_are_compared_row_by_row() -> None:
    random = np.random.default_rng(0)
    actual = random.integers(2, size=60)
    good, poor = (held_out((2 * actual - 1) * size + random.normal(size=60), actual) for size in (2.0, 0.1))
    found = comparison.compare(good, poor, 0.95)
    assert (found["verdict"], found["rows"]) == ("better", 60)
    assert comparison.compare(poor, good, 0.95)["verdict"] == "worse"
    assert comparison.compare(good, good, 0.95)["verdict"] == "cannot_be_told"


def test_other_rows_or_folds_are_not_compared() -> None:
    one = held_out(np.linspace(-1, 1, 19), np.arange(19) % 2)
    for changed in ("row", "actual", "fold"):
        found = comparison.compare(one, one._replace(**{changed: np.roll(getattr(one, changed), 1)}), 0.95)
        assert list(found) == ["reason"]
    none = HeldOut(*(column[:0] for column in one))
    assert comparison.compare(none, none, 0.95) == {"reason": "no row was held out"}


def test_a_file_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "held_out.csv"
    path.write_text("row,fold,actual,log_odds,predicted\n3,0,1,-0.25,0\n5,1,0,1e-05,1\n", encoding="utf-8")
    found = comparison.read(path)
    assert [column.tolist() for column in found] == [[3, 5], [0, 1], [1, 0], [-0.25, 1e-05], [0, 1]]
    path.write_text("row,fold,actual,log_odds,predicted\n", encoding="utf-8")
    assert not len(comparison.read(path).row)
