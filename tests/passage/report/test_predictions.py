"""Of a table of predictions, the page marks the wrong ones, and those of rows like none that trained the model."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import students

from passage.evaluation.vocabulary import vocabulary
from passage.model.design import Column
from passage.report.predictions import WRONG, _outside, _table, _worth_a_look
from passage.report.sections import Section


def test_only_a_row_that_is_predicted_wrong_is_marked_as_that() -> None:
    settings = students.lane()
    model = {"classes": [0, 1], "training_range": {"hours": {"least": 0, "greatest": 19}}}
    words = vocabulary(settings, (0, 1), [Column("hours", "hours", "number")])
    rows = {
        "hours": ["3", "4"],
        "actual": ["1", "0"],
        "predicted": ["0", "0"],
        "log_odds": ["-1", "-2"],
        "probability": ["0.2", "0.3"],
    }
    one = Section("m", settings, words, model, {}, {}, {"confidence": 0.95}, {}, [])
    assert [WRONG in row[-1] for row in _table("t", Path("t.csv"), pa.table(rows), 2, one).rows] == [True, False]
    del rows["actual"]  # new rows
    assert not any(WRONG in row[-1] for row in _table("t", Path("t.csv"), pa.table(rows), 2, one).rows)


def test_the_rows_most_worth_a_look_are_the_same_in_parts() -> None:
    log_odds = [str(place * 37 % 60 - 30) for place in range(200)]
    table = pa.table({"actual": ["1", "0"] * 100, "log_odds": log_odds, "place": [str(place) for place in range(200)]})
    whole, count = _worth_a_look(iter([table]), "0")
    parts = _worth_a_look((table.slice(start, 7) for start in range(0, 200, 7)), "0")
    assert (whole.num_rows, count) == (50, 200)
    assert parts == (whole, 200)
    assert _worth_a_look(iter([]), "0")[1] == 0


NUMBER = {"least": 0.5, "greatest": 19}


@pytest.mark.parametrize(
    ("text", "limits", "said"),
    [
        ("0.5", NUMBER, ""),
        ("19.0", NUMBER, ""),
        ("20", NUMBER, "a is outside the training range"),
        ("0", NUMBER, "a is outside the training range"),
        ("", NUMBER, ""),
        ("nan", NUMBER, ""),
        ("x", {"values": ["x", "y"]}, ""),
        ("z", {"values": ["x", "y"]}, "no training row has a z"),
        ("", {"values": ["x", "y"]}, ""),
        ("", {"values": ["x", "y"], "gaps": False}, "no training row has a missing"),
        ("TRUE", {"values": [True]}, ""),
        ("1", {"values": [True]}, ""),
        ("0", {"values": [True]}, "no training row has a false"),
    ],
)
def test_what_no_training_row_is_like_is_said_as_it_stands_in_the_table(
    text: str, limits: dict[str, Any], said: str
) -> None:
    assert _outside("a", text, limits) == said
