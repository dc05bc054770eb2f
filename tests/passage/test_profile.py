"""What a column is taken for, and what is nothing to predict from."""

import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import reading
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from passage import profile as module
from passage import tables
from passage.params import ColumnSettings
from passage.profile import Column, area, profile

ROWS = 200
DRAW = np.random.default_rng(0)
TRUTH = DRAW.integers(0, 2, ROWS)


def taken(values: Any, name: str = "a") -> Column:
    (column,) = profile(pd.DataFrame({name: values, "y": TRUTH}), "y", 1)
    return column


def some(*values: object) -> list[object]:
    return [values[position] for position in DRAW.integers(0, len(values), ROWS)]


def with_gaps(values: list[Any], gaps: int) -> list[Any]:
    return [None] * gaps + values[gaps:]


def test_numbers_are_numbers_and_need_no_entry() -> None:
    assert taken(np.linspace(1, 9, ROWS)) == Column("a", "number", "from 1 to 9")
    assert taken(some("1.5", "2.5")).kind == "number"
    assert taken(some(*range(5))).why == "from 0 to 4; 5 different values: if they are codes, make it a category"


def test_gaps_become_the_median_and_many_a_feature_of_their_own() -> None:
    few, many = taken(with_gaps(some(1.5, 2.5, 9.5), 5)), taken(with_gaps(some(1.5, 2.5, 9.5), 50))
    assert few.settings == {"kind": "number", "missing": "median"}
    assert many.settings == {"kind": "number", "missing": "median", "indicator": True}
    assert "; 50 missing" in many.why


def test_a_few_texts_are_categories() -> None:
    column = taken(some("basic", "basic", "pro"))
    assert (column.kind, column.settings) == ("category", {"kind": "category"})
    assert column.why.startswith("2 values, basic 1")
    assert taken(with_gaps(some("a", "b"), 3)).settings == {"kind": "category", "missing": "most_frequent"}


def test_a_rare_category_may_be_unseen_in_training() -> None:
    column = taken(["gold", *some("basic", "pro")[1:]])
    assert column.settings == {"kind": "category", "unseen": "reference"}
    assert column.why.endswith("; gold in one row only, so an unseen one is allowed")


def test_true_and_false_are_booleans_with_gaps_or_without() -> None:
    assert taken(some(True, False)).settings == {"kind": "boolean"}
    assert taken(with_gaps(some(True, False), 4)).settings == {"kind": "boolean", "missing": "most_frequent"}
    assert taken(some("yes", "no")).kind == "category"


@pytest.mark.parametrize(
    ("name", "values", "why"),
    [
        ("a", [7] * ROWS, "always 7"),
        ("a", with_gaps(["x"] * ROWS, 3), "always x or missing (3)"),
        ("a", [None] * ROWS, "no value at all"),
        ("", some(1, 2), "it has no name"),
        ("probability", some(1, 2), "the tables of predictions use this name"),
        ("row", list(range(100, 300)), "an identifier: it counts the rows, from 100 to 299"),
        ("customer_id", list(range(0, 2 * ROWS, 2)), "an identifier: each of the 200 values is there once"),
        ("customerId", [f"c{number}" for number in range(ROWS)], "an identifier: each of the 200 values is there once"),
        ("Kunden-Nr", list(range(0, 2 * ROWS, 2)), "an identifier: each of the 200 values is there once"),
        (
            "who",
            [f"c{number}" for number in range(ROWS)],
            "an identifier or a name: each of the 200 values is there once",
        ),
        (
            "patient_id",
            [number // 5 for number in range(ROWS)],
            "an identifier of groups: 40 values in 200 rows, 5.0 each",
        ),
        ("patient id", [f"p{number // 5}" for number in range(ROWS)], "an identifier of groups: 40 values in 200 rows"),
        ("a", [f"2024-{1 + n % 12:02}-01" for n in range(ROWS)], "dates or times, like 2024-01-01"),
        ("a", [f"{1 + n % 28}.12.2024 10:30" for n in range(ROWS)], "dates or times, like 1.12.2024 10:30"),
        ("a", [20240100 + 1 + n % 28 for n in range(ROWS)], "dates, from 20240101 to 20240128"),
        ("a", pd.date_range("2024-01-01", periods=ROWS), "dates or times, from 2024-01-01 00:00:00 to 2024-07-18"),
        ("a", [datetime.date(2024, 1, 1 + n % 28) for n in range(ROWS)], "dates or times, like 2024-01-01"),
        (
            "a",
            [f"a long story of what came of number {n}, and why" for n in range(ROWS)],
            "free text: 200 different ones",
        ),
        ("a", [f"town {n % 50}" for n in range(ROWS)], "too many categories: 50 different values, 4.0 rows each"),
        ("a", [1.5 + n for n in range(ROWS - 1)] + ["twelve"], 'mostly numbers, but also texts like "twelve"'),
        ("a", [np.inf, *some(1.5, 2.5)[1:]], "1 of its numbers are infinite"),
        ("a", [[1]] * ROWS, "object in Parquet: no number, text or yes and no"),
        ("a", TRUTH, "it gives the target away: alone it has an AUC of 1.0000"),
        ("a", -TRUTH * 2.5, "it gives the target away: alone it has an AUC of 1.0000"),
        ("a", np.where(TRUTH, "sick", "well"), "it gives the target away: alone it has an AUC of 1.0000"),
        (
            "a",
            np.where(TRUTH, 2, np.arange(ROWS) % 2 * 2 + 1),
            "it gives the target away: alone it has an AUC of 1.0000",
        ),
        (
            "a",
            [5.5 + n if one else None for n, one in enumerate(TRUTH)],
            "it gives the target away: it is missing where",
        ),
    ],
)
def test_what_is_nothing_to_predict_from_is_left_out_with_the_reason(name: str, values: Any, why: str) -> None:
    column = taken(values, name)
    assert column.kind is None
    assert column.why.startswith(why)


def test_a_nearly_perfect_column_stays_and_so_does_a_perfect_one_among_few_rows() -> None:
    nearly = TRUTH.copy()
    nearly[:2] = 1 - nearly[:2]
    assert taken(nearly).kind == "number"
    few = pd.DataFrame({"a": [1.5, 2.5, 3.5, 4.5, 5.5, 6.5], "y": [0, 0, 0, 1, 1, 1]})
    assert profile(few, "y", 1)[0].kind == "number"


def test_of_a_large_table_every_kth_row_is_measured_and_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SAMPLE", 100)
    assert taken(TRUTH).why == "it gives the target away: alone it has an AUC of 1.0000 on 100 of the rows"


@given(st.lists(st.tuples(st.integers(-5, 5), st.booleans()), min_size=2))
def test_the_area_is_scikit_learns(rows: list[tuple[int, bool]]) -> None:
    values, truth = (np.array(column) for column in zip(*rows, strict=True))
    if truth.all() or not truth.any():
        assert area(values, truth) == 0.5
    else:
        assert area(values, truth) == pytest.approx(roc_auc_score(truth, values))


def test_what_is_called_a_number_the_pipeline_takes_as_one(tmp_path: Path) -> None:
    table = pd.DataFrame({"a": some(" 1.5", "2 "), "b": some(1, 2), "c": some(1e300, -5), "y": TRUTH})
    table.to_csv(tmp_path / "t.csv", index=False)
    read = tables.read(tmp_path / "t.csv")
    numbers = {column.name: ColumnSettings() for column in profile(read, "y", 1) if column.kind == "number"}
    assert list(reading.features(read, numbers, tmp_path / "t.csv")) == ["a", "b", "c"]
