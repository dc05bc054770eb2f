"""Two states of a model in words: which is better on the same rows, which odds moved, what differs."""

from typing import Any

import numpy as np
import pytest

from passage.evaluation.comparison import HeldOut
from passage.report import compared
from passage.report.compared import Predicted, Rows, State

SETTINGS = {"target": "passed", "positive": 1, "data": "data/raw/a.csv", "evaluate": {"confidence": 0.95}}
ROWS = np.arange(30)
ROWS_OF = {"train": 20, "test": 10, "complete": 18, "filled_gaps": 3}


def right_but(*wrong: int) -> HeldOut:
    """Return predictions that are right about all rows but these."""
    actual = ROWS % 2
    predicted = np.where(np.isin(ROWS, wrong), 1 - actual, actual)
    return HeldOut(ROWS + 1, ROWS % 5, actual, 2.0 * predicted - 1, predicted)


def model(held_out: HeldOut, table: str = "0" * 32, lacking: str = "", **settings: Any) -> Predicted:
    return Predicted({**SETTINGS, **settings}, {"rows": ROWS_OF}, table, held_out, lacking)


@pytest.mark.parametrize(
    ("first", "second", "told", "sentence"),
    [
        (range(7), (), "better", "B predicts better than A: of 30 held-out rows they differ in 7, and it is right in"),
        ((), range(7), "worse", "A predicts better than B: of 30 held-out rows they differ in 7, and it is right in"),
        ((), range(5), "cannot be told", "Which of B and A predicts better cannot be told: of 30 held-out rows they"),
        ((3,), (3,), "as before", "B predicts each of 30 held-out rows as A does."),
    ],
)
def test_the_second_state_is_held_against_the_first_row_by_row(
    first: tuple[int, ...], second: tuple[int, ...], told: str, sentence: str
) -> None:
    found = compared.verdict(model(right_but(*first)), model(right_but(*second)))
    assert (found.told, found.is_compared) == (told, True)
    assert found.lines[0].startswith(sentence)
    assert "log loss" not in " ".join(found.lines)


def test_rows_that_are_predicted_alike_with_other_chances_are_not_as_before() -> None:
    there = right_but()
    found = compared.verdict(model(there), model(there._replace(log_odds=2 * there.log_odds)))
    assert found.told == "cannot be told"
    assert "they differ in 0, and it takes 6" in found.lines[0]


def test_of_two_levels_the_stricter_one_counts() -> None:
    strict = model(right_but(), evaluate={"confidence": 0.99})
    for pair in ((strict, model(right_but(*range(7)))), (model(right_but(*range(7))), strict)):
        assert "it takes 8" in compared.verdict(*pair).lines[0]


@pytest.mark.parametrize(
    ("other", "why"),
    [
        (model(right_but(), table="1" * 32), "their tables differ (A uses 30 rows, B 30)."),
        (model(right_but(), target="failed"), "A predicts passed = 1 and B failed = 1."),
        (model(right_but(), positive="yes"), "A predicts passed = 1 and B passed = yes."),
        (model(right_but()._replace(fold=ROWS % 3)), "they have not the same division into folds."),
        (model(right_but(), lacking="HEAD has no rows: `dvc pull`"), "HEAD has no rows: `dvc pull`."),
    ],
)
def test_what_is_not_the_same_rows_is_not_compared_and_said_why(other: Predicted, why: str) -> None:
    found = compared.verdict(model(right_but()), other)
    assert (found.told, found.is_compared) == ("cannot be told", False)
    assert found.lines == [f"Which of B and A predicts better cannot be told: {why}"]


def test_the_cross_validated_numbers_of_both_are_told_where_they_differ() -> None:
    both = [
        model(right_but())._replace(metrics={"rows": ROWS_OF, "cross_validation": {"log_loss": one, "accuracy": share}})
        for one, share in ((0.3387, 0.86), (0.5333, 0.79))
    ]
    line = "Cross-validated log loss 0.339, now 0.533; accuracy 86 %, now 79 %."
    assert compared.verdict(both[0], both[1]).lines[1:] == [line]
    assert compared.verdict(both[0], both[0]).lines[1:] == []
    assert compared.verdict(both[0], model(right_but())).lines[1:] == []


def ratios(model: float, firth: float, low: float, high: float) -> dict[str, Any]:
    return {"hours": {"per_unit": {"odds_ratio": model, "firth": firth, "low": low, "high": high}}}


@pytest.mark.parametrize(
    ("second", "told"),
    [
        (ratios(1.4, 1.5, 1.1, 2), ""),
        (ratios(1.05, 1.5, 1.1, 2), "1.3 times the odds by the model, now 1.05"),
        (ratios(1.3, 2.5, 1.2, 3), "1.5 times the odds by the rows, now 2.5"),
        ({"courses": ratios(9, 9, 8, 10)["hours"]}, ""),
        ({"hours": {"per_unit": {"odds_ratio": 1.3, "low": 1.2}}}, ""),
        ({"hours": {"per_unit": {"odds_ratio": 2.6, "low": 1.2}}}, "1.3 times the odds by the model, now 2.6"),
    ],
)
def test_odds_are_told_where_one_state_has_them_beyond_the_others_interval(second: dict[str, Any], told: str) -> None:
    first, lines = ratios(1.3, 1.5, 1.1, 2), [f"hours: a unit more means {told}: one is beyond 1.1 to 2."] * bool(told)
    assert compared.moved(first, second) == lines
    assert len(compared.moved(second, first)) == len(lines)


def test_what_a_penalty_keeps_beyond_the_interval_from_the_start_has_not_moved() -> None:
    assert compared.moved(ratios(1.01, 1.5, 1.1, 2), ratios(1.02, 1.5, 1.1, 2)) == []


def test_all_that_differs_is_told_and_of_very_much_the_first_lines() -> None:
    settings = {"models": {"one": {"train": {"C": 1.0}}}}
    first = State("HEAD", settings, {"one": model(right_but())}, {"numpy": "1", "pandas": "2"})
    second = State(
        "the workspace",
        {"models": {"one": {"train": {"C": 0.1, "seed": 0}}}},
        {"one": model(right_but(), table="1" * 32), "two": model(right_but())},
        {"numpy": "3", "pandas": "2"},
    )
    code = [f"src/{number}.py" for number in range(22)]
    verdicts, lines = compared.states(
        code, first, second, {"one": Rows(["hours", "passed"], [], ["x"], [(1, 3), (2, 0)])}
    )
    assert list(verdicts) == ["one"]
    assert lines[:4] == ["A: HEAD", "B: the workspace", "", "one: cannot be told"]
    settings_at = lines.index("settings:")
    assert lines[settings_at : settings_at + 9] == [
        "settings:",
        "  models.one.train.C: 1.0, now 0.1",
        "  models.one.train.seed: absent, now 0",
        "data:",
        "  table of one: data/raw/a.csv (0000000), now data/raw/a.csv (1111111)",
        "  rows of one: 2 rows added, 2 removed, 1 changed; x removed",
        "packages:",
        "  numpy: 1, now 3",
        "code:",
    ]
    assert lines[-2:] == ["  src/19.py", "  ... and 2 more"]
    assert compared.states([], first, first, {})[1][-4:] == [
        "settings: the same",
        "data: the same",
        "packages: the same",
        "code: the same",
    ]


def test_the_only_model_of_each_state_is_held_against_the_other_whatever_it_is_called() -> None:
    first = State("one in the workspace", {}, {"one": model(right_but())}, {})
    second = State("run 0", {}, {"two": model(right_but(1), threshold=0.3)}, {})
    verdicts, lines = compared.states([], first, second, {})
    assert list(verdicts) == ["two against one"]
    assert lines[lines.index("settings:") + 1] == "  threshold: absent, now 0.3"
    both = second._replace(models={**second.models, "three": model(right_but())})
    assert compared.states([], first, both, {})[1][3] == "No model is in both: there is nothing to compare."


@pytest.mark.parametrize(
    ("rows", "is_compared"),
    [
        (Rows(["hours", "passed"], ["courses"], [], []), True),
        (Rows(["hours", "passed"], [], [], [(1, 1)]), False),
        (Rows(["passed"], ["courses"], ["hours"], []), False),
        (Rows(["hours", "age"], ["failed"], ["passed"], []), False),
        ("it is kept no more", False),
    ],
)
def test_other_bytes_are_the_same_rows_where_the_target_and_one_column_more_are_the_same(
    rows: Rows | str, is_compared: bool
) -> None:
    found = compared.verdict(model(right_but()), model(right_but(1), table="1" * 32), rows)
    assert found.is_compared is is_compared
    assert ("their tables differ" in found.lines[0]) is not is_compared
