"""Of a table of predictions, the page marks the wrong ones, and those of rows like none that trained the model."""

from pathlib import Path

import pyarrow as pa
import students

from passage.evaluation.vocabulary import vocabulary
from passage.model.design import Column
from passage.report.predictions import WRONG, _table
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
    assert [WRONG in row[-1] for row in _table("t", Path("t.csv"), pa.table(rows), one).rows] == [True, False]
    del rows["actual"]  # new rows
    assert not any(WRONG in row[-1] for row in _table("t", Path("t.csv"), pa.table(rows), one).rows)
