"""Categories as codes say of rows what their columns of 0 and 1 say."""

import numpy as np
import pandas as pd
import pytest

from passage.base import blocks
from passage.model import design, levels
from passage.model.design import Feature
from passage.model.preparation import Preparation
from passage.model.scaler import Scaler

ROWS = pd.DataFrame(
    {
        "hours": [1.5, np.nan, 4.0, 0.5, 2.0, 3.0],
        "town": ["a", "b", "c", "a", None, "b"],
        "sex": ["f", "m", "m", "f", "f", "f"],
        "new": [1, 0, 0, 1, 1, 0],
    }
)
FEATURES = (
    Feature("town", "category", "category", "missing", categories=("a", "b", "c", "missing"), unseen="reference"),
    Feature("hours", missing="median", fill=2.0, indicator=True),
    Feature("sex", "category", categories=("f", "m")),
    Feature("new", "boolean"),
)
PREPARED = Preparation(FEATURES, design.columns(FEATURES, "y"))
CATEGORIES = Preparation((FEATURES[0], FEATURES[2]), design.columns((FEATURES[0], FEATURES[2]), "y"))


@pytest.fixture(autouse=True)
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "LARGE", 20)


def test_categories_of_a_large_table_are_codes_the_one_with_most_levels_last() -> None:
    assert [(one.name, one.columns) for one in levels.of(PREPARED.columns, 6)] == [
        ("sex", ("sex=m",)),
        ("town", ("town=b", "town=c", "town=missing")),
    ]
    assert levels.of(PREPARED.columns, 2) == []
    coded = PREPARED.coded(pd.concat([ROWS, ROWS.head(1).assign(town="elsewhere")], ignore_index=True))
    assert coded["town"].tolist() == [0, 1, 2, 0, 3, 1, 0]
    assert coded["hours is missing"].tolist() == [0, 1, 0, 0, 0, 0, 0]
    assert coded["hours"].tolist() == [1.5, 2, 4, 0.5, 2, 3, 1.5]


@pytest.mark.parametrize("method", ["standard", "minmax", "none"])
@pytest.mark.parametrize("prepared", [PREPARED, CATEGORIES])
def test_the_scaler_and_log_odds_are_those_of_a_column_for_each_level(prepared: Preparation, method: str) -> None:
    coded, parts = levels.of(prepared.columns, 60), [ROWS.head(2), ROWS.tail(4)]
    scaler, wanted = levels.scaler(parts, prepared, coded, method), Scaler.fit(prepared.design(ROWS), method)
    assert scaler == wanted
    assert [*scaler.center] == [*wanted.center]
    coefficients = dict(zip(scaler.center, np.linspace(-1, 1, len(scaler.center)), strict=True))
    coded = levels.of(prepared.columns, 60, scaler)
    rows = levels.normalized(ROWS, prepared, scaler, coded)
    assert [*rows] == levels.held(coefficients, coded)
    dense = scaler.transform(prepared.design(ROWS)).to_numpy()
    by_column = dense @ np.array([*coefficients.values()]) + 0.5
    assert levels.log_odds(rows, coefficients, 0.5, coded) == pytest.approx(by_column, rel=1e-12)


def test_a_small_table_keeps_its_columns() -> None:
    scaler = levels.scaler([ROWS], PREPARED, [], "standard")
    pd.testing.assert_frame_equal(
        levels.normalized(ROWS, PREPARED, scaler, []), scaler.transform(PREPARED.design(ROWS))
    )
