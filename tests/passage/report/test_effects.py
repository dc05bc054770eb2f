"""One table of what goes with each feature: strongest first, levels below their feature, what is cut off counted."""

import dataclasses
from typing import Any

import pytest
import students

from passage.evaluation.vocabulary import vocabulary
from passage.model.design import Column
from passage.report import association
from passage.report.effects import Effect, Effects, caption, effects
from passage.report.sections import Section

COLUMNS = [
    Column("hours", "hours", "number"),
    Column("hours is missing", "hours", "indicator", "missing", "4"),
    Column("school=B", "school", "category", "B", "A"),
    Column("school=C", "school", "category", "C", "A"),
]
WORDS = vocabulary(students.lane(), (0, 1), COLUMNS)


def ratios(own: float, against: str = "", deviation: float = 1.0, **known: float) -> dict[str, Any]:
    said = {"against": against} if against else {}
    step = {"odds_ratio": own, **known}
    return {"per_unit": step, "per_standard_deviation": step, "standard_deviation": deviation} | said


METRICS: dict[str, Any] = {
    "coefficients": dict.fromkeys((one.name for one in COLUMNS), 1.0),
    "odds": {
        "hours": ratios(1.2, firth=1.3456, low=1.01, high=12.139),
        "school=B": ratios(9.0, "A", firth=8.0, low=0.004, high=5e6),
        "school=C": ratios(0.5, "A", high=5.4),
    },
    "points": {"hours": {"effect": 5.64, "low": -1.0, "high": 12.0}, "school=B": {"effect": 30.0}},
    "significance": {"hours": {"p_value_holm": 0.04}, "school": {"p_value_holm": 0.5}},
    "cross_validation": {"without": {"hours": {"log_loss": 0.5}, "school": {"log_loss": 0.6}}},
    "described": [
        {"rows": [10, 12], "fitted": [6, 9]},
        {"feature": "hours", "missing": [1, 0], "quartiles": [[], []]},
        {
            "feature": "school",
            "missing": [0, 0],
            "levels": [{"level": name, "rows": [1, 1], "fitted": [n, 3]} for name, n in (("A", 1), ("B", 5), ("C", 0))],
        },
    ],
}


def test_levels_stand_below_their_feature_with_the_reference_and_the_strongest_comes_first() -> None:
    rows = effects(METRICS, WORDS).rows
    assert [row.label.strip() for row in rows] == ["school", "A", "B", "C", "hours", "missing"]
    assert [row.step for row in rows] == [
        "",
        "reference",
        "school B instead of A",
        "school C instead of A",
        "with hours higher by 1",
        "for predictions alone",
    ]
    assert [(row.rows, row.share) for row in rows[1:5]] == [(4, 0.75), (8, 0.375), (3, 1.0), (15, 0.6)]


def test_a_card_has_the_strongest_columns_first_whichever_feature_they_are_of() -> None:
    assert [row.column for row in effects(METRICS, WORDS).told] == ["school=B", "school=C", "hours"]


def test_a_column_without_an_odds_ratio_is_the_weakest() -> None:
    known = {"a": {}, "b": {"odds_ratio": 1.5}, "c": {"odds_ratio": 0.25}, "d": {"odds_ratio": 3.0}}
    odds = {name: {"per_standard_deviation": ratio} for name, ratio in known.items()}
    assert association.strongest({"odds": odds}) == ["c", "d", "b", "a"]


def test_each_number_is_there_once_and_as_sentences_have_it() -> None:
    school, reference, b, c, hours, gaps = effects(METRICS, WORDS).rows
    assert (hours.ratio, hours.interval) == ("1.35", "1.01 to 12.14")
    assert (b.ratio, b.interval) == ("8.00", "under 0.01 to over 1,000")
    assert (c.ratio, c.interval) == ("", "at most 5.40")
    assert (reference.ratio, reference.interval, gaps.ratio, gaps.interval) == ("", "", "", "")
    assert hours.points == {"effect": 5.64, "low": -1.0, "high": 12.0}
    assert b.points == {"effect": 30.0}
    assert (school.test["p_value_holm"], school.without["log_loss"]) == (0.5, 0.6)
    assert not b.test
    assert not b.without


def test_where_a_unit_is_no_step_odds_and_points_are_those_of_a_standard_deviation() -> None:
    odds = METRICS["odds"] | {"hours": ratios(1.2, deviation=100.0) | {"per_unit": {"firth": 1.001}}}
    odds["hours"]["per_standard_deviation"]["firth"] = 1.5
    row = effects(METRICS | {"odds": odds}, WORDS).rows[-2]
    assert row.step == "with hours higher by one standard deviation (100)"
    assert row.ratio == "1.50"
    assert row.points["effect"] == 564


def test_the_drawing_reaches_as_far_as_the_intervals_do_and_no_further_than_a_thousand() -> None:
    found = effects(METRICS, WORDS)
    assert found.limits == (0.004, 1000)
    assert list(found.ticks) == ["0.01", "0.1", "1", "10", "100", "1,000"]
    b, c, hours = (found.drawn(found.rows[place]) for place in (2, 3, 4))
    assert b["low"] == 4
    assert b["high"] == 96
    assert hours["low"] < hours["estimate"] < hours["high"]
    assert c["low"] == 4
    assert "estimate" not in c
    assert found.drawn(found.rows[0]) == {}


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [(0.99, 1.01, ["0.5", "1", "2"]), (0.1, 1.01, ["0.1", "0.2", "0.5", "1", "2"]), (0.09, 1.01, ["0.1", "1"])],
)
def test_near_1_the_drawing_has_marks_all_the_same(low: float, high: float, ticks: list[str]) -> None:
    found = Effects([Effect("a", ratios={"low": low, "estimate": 1.0, "high": high})], ["a"], 1)
    assert list(found.ticks) == ticks


@pytest.mark.parametrize("count", [30, 300])
def test_of_many_columns_the_strongest_are_shown_and_counted(count: int) -> None:
    names = [f"x{place}" for place in range(count)]
    odds = {name: ratios(1.0 + place, firth=2.0) for place, name in enumerate(names)}
    described = [{"rows": [1, 1], "fitted": [1, 1]}]
    found = effects({"coefficients": dict.fromkeys(names, 1.0), "odds": odds, "described": described}, WORDS)
    assert (len(found.rows), len(found.shown), found.total) == (30, 30, count)
    assert found.rows[0].label == names[-1]


def test_the_caption_explains_the_columns_that_are_there_and_no_others() -> None:
    def said(metrics: dict[str, Any]) -> str:
        association = {"confidence": 0.95}
        return caption(
            Section("m", students.lane(), WORDS, {}, {}, metrics, association, {}, []), effects(metrics, WORDS)
        )

    every = said(METRICS)
    assert "Points: by how many percentage points" in every
    assert "other features being equal" in every
    assert "beyond the others" in every
    assert "in brackets the spread of that over the repeats" in every
    one = said(METRICS | {"points": {}, "significance": {"hours": {"p_value_holm": 0.04}}})
    assert "other features being equal" not in one
    without = {key: value for key, value in METRICS.items() if key not in ("points", "cross_validation")}
    assert "Points" not in said(without)
    assert "Log loss" not in said(without)


def test_the_caption_counts_the_columns_that_are_not_shown() -> None:
    one = Section("m", students.lane(), WORDS, {}, {}, METRICS, {"confidence": 0.95}, {}, [])
    all_of_them = effects(METRICS, WORDS)
    assert "strongest" not in caption(one, all_of_them)
    told = caption(one, dataclasses.replace(all_of_them, total=1234))
    assert told.startswith("The strongest 4 of 1,234 columns; all are in metrics/m.json. Odds ratios are Firth's")
