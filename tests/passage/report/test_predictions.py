"""Of a table of predictions, the page marks the wrong ones, and those of rows like none that trained the model."""

from pathlib import Path

import pyarrow as pa
import students

from passage.evaluation.vocabulary import vocabulary
from passage.model.design import Column
from passage.report.predictions import MOST, WRONG, _table, _worth_a_look
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
    assert (whole.num_rows, count) == (MOST, 200)
    assert parts == (whole, 200)
    assert _worth_a_look(iter([]), "0")[1] == 0
