"""What a column is taken for, and what is nothing to predict from."""

import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import reading

from passage.params.columns import ColumnSettings
from passage.tables import read
from tools.adopt import leakage
from tools.adopt.profile import Column, asked, group, profile

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


def test_the_gaps_of_a_category_are_one_of_their_own_which_may_be_unseen_where_it_is_rare() -> None:
    many, few = taken(with_gaps(some("a", "b"), 30)), taken(with_gaps(some("a", "b"), 3))
    assert many.settings == {"kind": "category", "missing": "category"}
    assert many.why.endswith("; 30 missing, which is a category of its own")
    assert many.numbers == 2
    assert few.settings == {"kind": "category", "missing": "category", "unseen": "reference"}
    assert "; missing in 3 rows only, so an unseen one is allowed" in few.why
    one = taken(with_gaps(["", "gold", "gold", *some("a", "b")[3:]], 1))
    assert one.why.endswith("; missing in one row only, so an unseen one is allowed")


def test_a_few_texts_are_categories_also_where_most_are_numbers_or_many_rows_have_each() -> None:
    assert taken(some("0", "1", "2", "3+")).kind == "category"
    many = [f"p{n % 42}" for n in range(42 * 100)]
    assert of_few(many, [n % 2 for n in range(len(many))][::-1]).why.startswith("42 values, p0 100")
    assert of_few(many[:-1], [n % 5 % 2 for n in range(len(many) - 1)]).why.startswith("too many categories: 42 dif")


def test_what_a_column_that_is_left_out_would_need_as_a_feature_is_told_where_it_can_be_one() -> None:
    towns = taken([f"town {n % 50}" if n > 9 else None for n in range(ROWS)])
    assert (towns.offered, towns.settings) == (True, {"kind": "category", "missing": "category", "unseen": "reference"})
    mixed = taken([str(n % 60) for n in range(ROWS - 1)] + ["twelve"])
    assert (mixed.kind, mixed.offered, mixed.settings["kind"]) == (None, True, "category")
    for values in (range(ROWS), [f"2024-{1 + n % 12:02}-01" for n in range(ROWS)], [7] * ROWS, [None] * ROWS):
        assert not taken(list(values)).offered


def test_a_rare_category_may_be_unseen_in_training() -> None:
    column = taken(["gold", *some("basic", "pro")[1:]])
    assert column.settings == {"kind": "category", "unseen": "reference"}
    assert column.why.endswith("; gold in one row only, so an unseen one is allowed")


def test_true_and_false_are_booleans_and_with_gaps_a_category() -> None:
    assert taken(some(True, False)).settings == {"kind": "boolean"}
    column = taken(with_gaps(some(True, False), 40))
    assert (column.kind, column.settings) == ("category", {"kind": "category", "missing": "category"})
    assert "are true; 40 missing, which is a category of its own" in column.why
    assert taken(some("yes", "no")).kind == "category"


ONCE = "an identifier: each of the 200 values is there once"
UNIT = "numbers with a sign or a unit, like {}; write the number alone, with a decimal point"
COPY = "it gives the target away: each of its two values goes with one label alone"


@pytest.mark.parametrize(
    ("name", "values", "why"),
    [
        ("a", [7] * ROWS, "always 7"),
        ("a", with_gaps(["x"] * ROWS, 3), "always x or missing (3)"),
        ("a", with_gaps(["x" * 30] * ROWS, 3), f"always {'x' * 30} or"),
        ("a", with_gaps(["x" * 31] * ROWS, 3), f"always {'x' * 27}... or"),
        ("a", [None] * ROWS, "no value at all"),
        ("", some(1, 2), "it has no name"),
        ("probability", some(1, 2), "the tables of predictions use this name"),
        ("row", list(range(100, 300)), "an identifier: it counts the rows, from 100 to 299"),
        ("customerId", [f"c{n}" for n in range(ROWS)], ONCE),
        ("Kunden-Nr", list(range(0, 2 * ROWS, 2)), ONCE),
        ("who", [f"c{n}" for n in range(ROWS)], "an identifier or a name: each of the 200 values is there once"),
        ("patient_id", [n // 5 for n in range(ROWS)], "an identifier of groups: 40 values in 200 rows, 5.0 each"),
        ("patient id", [f"p{n // 5}" for n in range(ROWS)], "an identifier of groups: 40 values in 200 rows"),
        ("a", [f"2024-{1 + n % 12:02}-01" for n in range(ROWS)], "dates or times, like 2024-01-01"),
        ("a", [f"{1 + n % 28}.12.2024 10:30" for n in range(ROWS)], "dates or times, like 1.12.2024 10:30"),
        ("a", [20241200 + 1 + n % 31 for n in range(ROWS)], "dates, from 20241201 to 20241231"),
        ("a", pd.date_range("2024-01-01", periods=ROWS), "dates or times, from 2024-01-01 00:00:00 to 2024-07-18"),
        ("a", [datetime.date(2024, 1, 1 + n % 28) for n in range(ROWS)], "dates or times, like 2024-01-01"),
        ("a", [f"a long story of what came of {n}, and why" for n in range(ROWS)], "free text: 200 different ones"),
        ("a", [f"town {n % 50}" for n in range(ROWS)], "too many categories: 50 different values, 4.0 rows each"),
        ("a", [1.5 + n for n in range(ROWS - 1)] + ["twelve"], 'mostly numbers, but also texts like "twelve"'),
        ("a", [20240100.0 + 1 + n % 28 if n % 9 else None for n in range(ROWS)], "dates, from 20240101 to 20240128"),
        ("a", [f"202{n % 5}-{1 + n % 12:02}" for n in range(ROWS)], "dates or times, like 2020-01"),
        ("a", some("Mar 2010", "Okt 2011", "December 2019"), "dates or times, like "),
        ("a", [f"{1 + n % 28}-Jan-24" for n in range(ROWS)], "dates or times, like 1-Jan-24"),
        (
            "zip",
            [f"{1067 + 500 * (n % 40):05}" for n in range(ROWS)],
            "too many codes, like 01067, which no number keeps: 40",
        ),
        ("a", [f"1_{n % 50:03}" for n in range(ROWS)], "too many categories: 50 different values"),
        ("a", [f"${n % 50},200.50" for n in range(ROWS)], UNIT.format("$0,200.50")),
        ("a", [f"{n % 50}.5%" for n in range(ROWS)], UNIT.format("0.5%")),
        ("a", [f" {n % 50} kg " for n in range(ROWS)], UNIT.format(" 0 kg ")),
        ("a", [f"{n % 50 + 1}.200,5 kg" for n in range(ROWS)], UNIT.format("1.200,5 kg")),
        ("a", [f"{n},5" for n in range(ROWS)], UNIT.format("0,5").replace("with a sign or a unit", "as text")),
        ("a", [1.5, 2.5] + [None] * (ROWS - 2), "known in 2 rows of 200 only"),
        ("a", [np.inf, *some(1.5, 2.5)[1:]], "1 of its 200 numbers is infinite"),
        ("a", [[1]] * ROWS, "object in Parquet: no number, text or yes and no"),
        ("a", -TRUTH * 2.5, COPY),
        ("a", np.where(TRUTH, "sick", "well"), COPY),
        ("a", np.where(TRUTH, 2, np.arange(ROWS) % 2 * 2 + 1), "it gives the target away: alone it has an AUC of 1"),
        ("a", np.where(TRUTH, np.arange(ROWS), np.nan), "it gives the target away: it is missing where"),
    ],
)
def test_what_is_nothing_to_predict_from_is_left_out_with_the_reason(name: str, values: Any, why: str) -> None:
    column = taken(values, name)
    assert column.kind is None
    assert column.why.startswith(why)


def of_few(values: list[Any], truth: list[int]) -> Column:
    (column,) = profile(pd.DataFrame({"a": values, "y": truth}), "y", 1)
    return column


def test_a_copy_of_the_target_is_left_out_of_tables_of_few_rows_and_few_positives_too() -> None:
    settings = {"kind": "category", "unseen": "reference"}
    texts = of_few(["ill", "ill", "well", "well", "well"], [1, 1, 0, 0, 0])
    assert texts == Column("a", None, COPY, settings, offered=True)
    assert of_few([5] * 997 + [7] * 3, [0] * 997 + [1] * 3) == Column("a", None, COPY, offered=True)


def test_a_column_that_tells_few_rows_apart_stays_with_a_question() -> None:
    doubt = "alone it has an AUC of 1.0000: was it known before the outcome?"
    column = of_few([1.5, 2.5, 3.5, 4.5, 5.5, 6.5], [0, 0, 0, 1, 1, 1])
    assert (column.kind, column.doubt) == ("number", doubt)
    assert of_few([1.5, 2.5, 4.5, 3.5, 5.5, 6.5], [0, 0, 0, 1, 1, 1]).doubt == ""
    assert of_few([*range(997), 2000, 2001, 2002], [0] * 997 + [1] * 3).doubt == doubt


def test_a_near_copy_stays_with_a_question_and_so_do_gaps_that_nearly_give_the_target_away() -> None:
    nearly = TRUTH.copy()
    nearly[:2] = 1 - nearly[:2]
    column = taken(nearly)
    doubt = "alone it has an AUC of 0.9910: was it known before the outcome?"
    assert (column.kind, column.doubt) == ("number", doubt)
    assert column.said == "number: from 0 to 1"
    assert list(asked([column])) == [f"a: {doubt}"]
    gaps = taken([n % 7 + 0.5 if one else None for n, one in enumerate(nearly)])
    assert (gaps.kind, gaps.doubt[:33]) == ("number", "that it is missing has an AUC of ")


def test_of_a_large_table_every_kth_row_is_measured_and_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leakage, "SAMPLE", 100)
    assert taken(TRUTH + 0.5 * DRAW.random(ROWS)).why.endswith("alone it has an AUC of 1.0000 on 100 of the rows")


def test_codes_keep_the_zero_before_them_and_what_may_be_codes_is_asked() -> None:
    codes = taken(some("007", "010", "123"))
    assert (codes.kind, codes.doubt) == ("category", "")
    hours = taken(some("01", "2", "13"))
    assert (hours.kind, hours.doubt) == ("number", "are these codes, as 01 begins with a 0? then make it a category")


def test_a_category_of_numbers_with_a_unit_has_a_hint() -> None:
    column = taken([*["10 %"] * 150, *["20 %"] * 50])
    assert (column.kind, column.doubt) == ("category", UNIT.format("10 %"))
    for values in (("1st", "2nd", "3rd"), ("grade 1", "grade 2"), ("18-25", "26-40"), ("Q1", "Q2"), ("a", "b")):
        assert taken(some(*values)).doubt == ""


def test_few_known_values_are_no_reason_where_there_are_few_rows() -> None:
    truth = [0, 1] * 10
    assert of_few([*range(17), None, None, None], truth).kind == "number"
    assert of_few([*range(9), *[None] * 11], truth).why == "known in 9 rows of 20 only"


def test_the_identifier_of_groups_divides_the_rows_where_it_is_plain() -> None:
    visits, one = [n // 5 for n in range(ROWS)], Column("x", "number", "")
    patient = taken(visits, "patient_id")
    assert (patient.groups, patient.doubt) == (True, "")
    assert group([one, patient]) == "patient_id"
    doubt = "must rows that share one stay together (split.method: group)?"
    for values, name in (
        ([n // 50 for n in range(ROWS)], "store_id"),  # four of them
        ([n // 2 if n < 10 else n for n in range(ROWS)], "patient_id"),
        (with_gaps(visits, 1), "patient_id"),
        (visits, "index"),
    ):
        column = taken(values, name)
        assert (column.groups, column.doubt) == (False, doubt)
    both = [patient, taken(visits, "doctor_id")]
    assert group(both) == ""
    assert list(asked(both)) == [
        "rows belong together by patient_id and by doctor_id: name one in split, with method: group"
    ]


def test_how_many_columns_of_numbers_a_model_makes_is_counted() -> None:
    assert taken(some("a", "b", "c", "d")).numbers == 3
    assert taken(with_gaps(some(1.5, 2.5, 9.5), 50)).numbers == 2


def test_what_is_called_a_number_the_pipeline_takes_as_one(tmp_path: Path) -> None:
    table = pd.DataFrame({"a": some(" 1.5", "2 "), "b": some(1, 2), "c": some(1e300, -5), "y": TRUTH})
    table.to_csv(tmp_path / "t.csv", index=False)
    rows = read.table(tmp_path / "t.csv")
    numbers = {column.name: ColumnSettings() for column in profile(rows, "y", 1) if column.kind == "number"}
    assert list(reading.features(rows, numbers, tmp_path / "t.csv")) == ["a", "b", "c"]
