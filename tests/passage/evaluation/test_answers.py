"""What a model says of new rows."""

import pandas as pd
from students import ROWS, fitted, lane

from passage.evaluation import answers
from passage.model.classifier import Model
from passage.model.preparation import fit


def test_only_rows_outside_the_training_range_are_marked() -> None:
    scaler, classifier = fitted()
    new = pd.DataFrame({"hours": [0, 19, 1922, 5, -1], "courses": [0, 4, 1, 5, 0]})
    scored = answers.answer(new, Model(fit(ROWS, lane()), scaler, classifier))
    assert scored["outside_training_range"].tolist() == [False, False, True, True, True]
    assert classifier.outside(new)["courses"].tolist() == [False, False, False, True, False]
    assert list(scored) == ["log_odds", "probability", "predicted", "outside_training_range"]
