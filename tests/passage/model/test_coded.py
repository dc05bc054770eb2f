"""Fits of folds with categories as codes say what fits with a column for each level say."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
import students
from sklearn.exceptions import ConvergenceWarning

from passage.evaluation.cross_validation import cross_validation, log_odds
from passage.model import pipeline, tuning
from passage.model.coded import Coded
from passage.model.folds import Sample
from passage.params.columns import ColumnSettings
from passage.params.model import ModelSettings

COLUMNS = {
    "a": {"missing": "median", "indicator": True},
    "town": {"kind": "category", "missing": "category"},
    "sex": {"kind": "category", "missing": "most_frequent", "indicator": True},
    "new": {"kind": "boolean"},
}


def drawn(count: int = 600) -> pd.DataFrame:
    chance = np.random.RandomState(0)
    rows = pd.DataFrame({"a": chance.normal(size=count), "b": chance.normal(size=count)})
    rows["town"] = pd.Series([f"t{code}" for code in chance.geometric(0.2, count)], dtype="str")
    rows["sex"] = pd.Series(chance.choice(["f", "m", "x"], count), dtype="str")
    rows["new"] = chance.randint(2, size=count)
    log_odds = rows["a"] - rows["b"] / 2 + (rows["town"] == "t2") - (rows["sex"] == "m")
    rows["passed"] = (chance.uniform(size=count) < 1 / (1 + np.exp(-log_odds))).astype(int)
    for name in ("a", "town", "sex"):
        rows.loc[chance.uniform(size=count) < 0.1, name] = np.nan
    return rows


ROWS = drawn()


def settings(normalize: str = "standard", features: list[str] | None = None, **train: Any) -> ModelSettings:
    lane = students.lane(**{"tol": 1e-14} | train).model_dump()
    changes = {"features": features or ["a", "town", "b", "sex", "new"], "columns": COLUMNS}
    return ModelSettings.model_validate(lane | changes | {"normalize": {"method": normalize, "fit_on": "train"}})


def both(asked: ModelSettings, train: np.ndarray, table: pd.DataFrame = ROWS) -> list[np.ndarray]:
    """Return the log-odds of all rows by a fit of those that `train`, as columns and as codes."""
    sample = Sample.of(table, asked)
    fits = [pipeline.unfitted(asked, sample.rows, large=large) for large in (False, True)]
    assert isinstance(fits[1], Coded)
    return [log_odds(fit.fit(sample.rows[train], sample.target[train]), sample.rows) for fit in fits]


@pytest.mark.parametrize("normalize", ["standard", "minmax", "none"])
@pytest.mark.parametrize("changes", [{}, {"C": 0.01}, {"class_weight": "balanced"}, {"features": ["sex", "town"]}])
def test_log_odds_are_those_of_a_column_for_each_level(normalize: str, changes: dict[str, Any]) -> None:
    columns, codes = both(settings(normalize, **changes), np.arange(400))
    assert codes == pytest.approx(columns, rel=1e-9, abs=1e-10)


@pytest.mark.parametrize("normalize", ["standard", "minmax", "none"])
def test_a_level_that_no_row_of_the_fit_has_or_each_has_counts_as_the_reference(normalize: str) -> None:
    few = np.flatnonzero(ROWS["town"].isin(["t1", "t2", "t3"]) & (ROWS["sex"] == "m"))
    columns, codes = both(settings(normalize, features=["a", "town", "sex", "b"]), few)
    assert codes == pytest.approx(columns, rel=1e-9, abs=1e-10)


def test_where_newtons_steps_find_no_optimum_the_columns_are_fitted_and_warn() -> None:
    with pytest.warns(ConvergenceWarning, match="did not converge after 2 iterations") as warned:
        columns, codes = both(settings(max_iter=2), np.arange(400))
    assert len(warned) == 2
    assert codes == pytest.approx(columns, rel=1e-9, abs=1e-10)


def test_what_is_chosen_and_validated_is_the_same() -> None:
    tune = {"C": [0.01, 1.0], "folds": 2, "criterion": "accuracy"}
    asked = settings(C="auto", tune=tune).model_copy(update={"threshold": "auto"})
    found = []
    for large in (False, True):
        chosen = tuning.choose(Sample.of(ROWS, asked, large=large), asked)
        held = asked.holding(chosen.C, chosen.threshold)
        validated, _ = cross_validation(ROWS, held, held, ["town", "b"], large=large)
        losses = {name: one["difference"] for name, one in validated["without"].items()}
        tried = [(one.C, one.log_loss, one.standard_error) for one in chosen.tried_C]
        found.append((np.array(tried), chosen.tried_thresholds, validated["log_loss"], validated["accuracy"], losses))
    columns, codes = found
    assert codes[0] == pytest.approx(columns[0], rel=1e-7)
    assert codes[1:] == columns[1:]


@pytest.mark.parametrize("large", [False, True])
def test_a_fit_asks_what_each_column_is_a_few_times_and_not_once_for_each_other(
    monkeypatch: pytest.MonkeyPatch, large: bool
) -> None:
    asked, column = list[str](), ModelSettings.column

    def counted(settings: ModelSettings, name: str) -> ColumnSettings:
        asked.append(name)
        return column(settings, name)

    monkeypatch.setattr(ModelSettings, "column", counted)
    settings = students.lane().model_copy(update={"features": [f"x{place}" for place in range(40)]})
    rows = np.zeros((4, 40))
    pipeline.unfitted(settings, rows, large=large)
    Sample(rows, np.zeros(4), large=large).made_of(settings)
    assert 40 <= len(asked) <= 4 * 40
