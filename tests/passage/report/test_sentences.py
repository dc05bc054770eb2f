"""What is said of the numbers."""

from typing import Any

import pytest
import students

from passage.base import wording
from passage.evaluation.vocabulary import Vocabulary, vocabulary
from passage.model.design import Column
from passage.report import association, numbers, sentences

PLAIN = vocabulary(students.lane(), (0, 1))
OWN = students.in_words({"hours": {"unit": "h", "more": "who studied one hour more"}})
RATIOS = {"odds_ratio": 1.2, "firth": 1.349, "low": 1.08, "high": 1.9}
METRICS: dict[str, Any] = {
    **students.measured(baseline=0.4),
    "train": {"accuracy": 0.9},
    "cross_validation": {
        "folds": 5,
        "repeats": 10,
        "accuracy": 0.85,
        "accuracy_least": 0.8,
        "accuracy_greatest": 0.9,
    },
    "odds": {
        "hours": {
            "per_unit": RATIOS,
            "per_standard_deviation": RATIOS | {"odds_ratio": 3.0},
            "standard_deviation": 5.4,
        },
        "courses": {
            "per_unit": {"odds_ratio": 1.0},
            "per_standard_deviation": RATIOS | {"high": 5e6, "low": 1e-9},
            "standard_deviation": 0.2,
        },
    },
}


def test_shares_of_few_rows_or_pairs_say_of_how_many() -> None:
    test = {"true_negatives": 0, "false_positives": 1, "false_negatives": 1, "true_positives": 3}
    said = {key: sentences.counted(key, test) for key in ("precision", "recall", "roc_auc", "accuracy")}
    assert said == {"precision": "3 of 4", "recall": "3 of 4", "roc_auc": "of 4 pairs", "accuracy": ""}


def test_a_spread_is_called_a_spread() -> None:
    assert sentences.cross_validated(METRICS, OWN) == (
        "When each of all 20 students is predicted by a fit that has not seen it, 85 % are predicted right (80 % to "
        "90 % over 10 repeats of 5 folds: a spread, not an interval)."
    )


def test_one_repeat_has_no_spread() -> None:
    once = METRICS | {"cross_validation": METRICS["cross_validation"] | {"repeats": 1}}
    assert sentences.cross_validated(once, OWN).endswith(
        "85 % are predicted right (in one repeat, which has no spread)."
    )


def test_of_rows_drawn_by_chance_it_is_said_how_many() -> None:
    drawn = METRICS | {"cross_validation": METRICS["cross_validation"] | {"drawn": 12}}
    assert sentences.cross_validated(drawn, OWN).startswith(
        "When each of 12 students, drawn by chance from 20 students, is predicted by a fit that has not seen it, 85 %"
    )


def test_by_time_it_is_said_which_rows_are_predicted_and_from_what() -> None:
    by_time = METRICS | {"cross_validation": METRICS["cross_validation"] | {"rows": 16, "repeats": 1}}
    assert sentences.cross_validated(by_time, OWN) == (
        "When the 16 later ones of 20 students are predicted, stretch by stretch, by fits on earlier ones, 85 % are "
        "predicted right (80 % to 90 % over 5 stretches: a spread, not an interval)."
    )
    chosen = sentences.cross_validated(by_time | {"chosen": {"C": 1.0, "threshold": 0.5}}, OWN)
    assert "by fits on earlier ones that have chosen their C and threshold from those, 85 %" in chosen
    assert (sentences.parts(by_time), sentences.parts(METRICS)) == ("stretches", "repeats")


def test_odds_are_told_in_the_users_words_or_in_the_columns_names() -> None:
    own, plain = (association.odds("hours", METRICS, 0.95, words) for words in (OWN, PLAIN))
    assert own == (
        "Other features being equal, students who studied one hour more had 1.35 times the odds of passing "
        "(95 %: 1.08 to 1.9)."
    )
    assert plain == (
        "Other features being equal, rows with hours higher by 1 had 1.35 times the odds of passed = 1 "
        "(95 %: 1.08 to 1.9)."
    )


def test_a_feature_alone_has_no_others_to_be_equal() -> None:
    alone = METRICS | {"odds": {"hours": METRICS["odds"]["hours"]}}
    assert association.odds("hours", alone, 0.95, OWN).startswith("Students who studied one hour more had 1.35")


def test_where_a_unit_is_too_large_or_small_a_step_it_is_the_standard_deviation() -> None:
    assert association.odds("courses", METRICS, 0.8, OWN) == (
        "Other features being equal, students with courses higher by one standard deviation had 1.35 times the odds of "
        "passing (80 %: under 0.001 to over 1,000)."
    )


def test_what_nothing_is_known_of_is_said_to_be_unknown() -> None:
    known_of_hours = {"per_unit": {"odds_ratio": 1.2}, "per_standard_deviation": {}, "standard_deviation": 1.0}
    unknown = METRICS | {"odds": {"hours": known_of_hours}}
    assert association.odds("hours", unknown, 0.95, OWN) == "What hours is worth on its own, these students cannot say."


@pytest.mark.parametrize(
    ("value", "text"), [(0, "0 %"), (0.0001, "under 1 %"), (0.994, "99 %"), (0.996, "over 99 %"), (1, "100 %")]
)
def test_only_what_is_all_or_nothing_is_called_so(value: float, text: str) -> None:
    assert numbers.share(value) == text


def test_a_model_without_a_penalty_is_not_said_to_be_held_back() -> None:
    assert association.why_two({"settings": {"C": "inf"}}, {}) == (
        "The model has no penalty; the odds above, with the intervals, are Firth's (bias-reduced), whose intervals "
        "hold the truth with few rows, too."
    )
    some = {"method": "firth-wald", "profiled": ["rare", "seldom"]}
    said = association.why_two({"settings": {"C": 0.1}}, some)
    assert "(C = 0.1)" in said
    assert "at the estimate, but for those of rare and seldom, of which few rows tell: a search" in said


def test_what_is_0_or_1_is_read_against_what_a_0_says() -> None:
    columns = [
        Column("school=B", "school", "category", "B", "A"),
        Column("member", "member", "boolean", "true", "false"),
    ]
    ratios = {"per_unit": RATIOS, "per_standard_deviation": RATIOS, "standard_deviation": 0.2}
    odds = {one.name: ratios | {"against": one.against} for one in columns}
    words = vocabulary(students.lane(), (0, 1), columns)
    said = [association.odds(name, {"odds": odds}, 0.95, words) for name in odds]
    told = "had 1.35 times the odds of passed = 1, compared with those"
    assert said == [
        f"Other features being equal, rows {who} {told} {others} (95 %: 1.08 to 1.9)."
        for who, others in (("of school B", "of school A"), ("with member", "without member"))
    ]


def test_the_words_are_the_users_or_the_columns() -> None:
    assert Vocabulary("rows", "passed = 1", ("passed = 0", "passed = 1"), {}, {}) == PLAIN
    assert (OWN.axis("hours"), OWN.axis("courses"), OWN.more("courses")) == (
        "hours (h)",
        "courses",
        "with courses higher by 1",
    )


@pytest.mark.parametrize(
    ("count", "verbs"), [(1, ["is", "lies", "equals"]), (0, ["are", "lie", "equal"]), ("2", ["are", "lie", "equal"])]
)
def test_a_verb_goes_with_its_count(count: int | str, verbs: list[str]) -> None:
    assert [wording.verb(verb, count) for verb in ("is", "lies", "equals")] == verbs


def test_of_many_names_the_first_are_listed() -> None:
    assert wording.listed("abc") == "a, b and c"
    assert wording.listed("abcdefg") == "a, b, c, d, e and 2 more"
    assert wording.listed(["a"]) == "a"


@pytest.mark.parametrize(
    ("ratio", "told"),
    [
        (1.0, "about the same odds"),
        (1.00001, "about the same odds"),
        (1.01, "1.01 times the odds"),
        (5e6, "over 1,000 times the odds"),
    ],
)
def test_nobody_has_one_time_the_odds(ratio: float, told: str) -> None:
    odds = METRICS["odds"]["hours"] | {"per_unit": RATIOS | {"firth": ratio}}
    said = association.odds("hours", {"odds": {"hours": odds}}, 0.95, OWN)
    assert f"one hour more had {told} of passing (95 %" in said


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1.573, "1.57"),
        (1234567.0, "1,234,567"),
        (2015.3, "2,015"),
        (999.6, "1,000"),
        (0.0000123, "0.0000123"),
        (-1234.0, "-1,234"),
        (0.0, "0"),
        (1e-30, "1e-30"),
    ],
)
def test_a_number_has_three_digits_or_its_whole_part_and_no_exponent_that_a_reader_can_do_without(
    value: float, text: str
) -> None:
    assert numbers.number(value) == text


@pytest.mark.parametrize(
    ("value", "ends", "text"),
    [
        (9.7225, (0, 19), "9.72"),
        (-64.79, (0, 19), "-64.8"),
        (2016.6789, (2010, 2023), "2,016.7"),
        (2017.0, (), "2,017"),
        (1013.2512, (1009.5, 1018.25), "1,013.3"),
        (-1013.2512, (-1018.25, -1009.5), "-1,013.3"),
        (12345.678, (), "12,346"),
        (7.123, (7.123, 7.123), "7.12"),
        (1e30, (), "1e+30"),
    ],
)
def test_a_value_of_a_column_has_about_three_digits_of_what_its_values_differ_by(
    value: float, ends: tuple[float, ...], text: str
) -> None:
    assert numbers.of_column(value, dict(zip(("least", "greatest"), ends, strict=False))) == text


def test_odds_ratios_of_a_column_have_the_same_digits_and_its_ends_are_those_of_sentences() -> None:
    found = [numbers.odds_ratio(ratio) for ratio in (1.349, 755.123, 1000.0, 0.01, 0.0099, 0.0, 1000.1, float("inf"))]
    assert found == ["1.35", "755.12", "1000.00", "0.01", "under 0.01", "under 0.01", "over 1,000", "over 1,000"]


@pytest.mark.parametrize(
    ("ratio", "text"),
    [(1.00456, "1.005"), (0.99962, "0.9996"), (1.00004, "1"), (1.0, "1"), (1.01, "1.01")],
)
def test_an_odds_ratio_that_is_not_1_does_not_say_so(ratio: float, text: str) -> None:
    assert numbers.times(ratio) == text
    assert numbers.odds_ratio(ratio) == ("1.00" if text == "1" else text)


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        ([1.0, 12.0, 1234.0], ["1", "12", "1,234"]),
        ([0.5, 1.25], ["0.50", "1.25"]),
        ([17.25, 0.125], ["17.2", "0.1"]),
        ([0.0012345, 0.001], ["0.00123", "0.00100"]),
        ([0.0, 0.0], ["0", "0"]),
        ([1013.25, 1016.5, 1010.125], ["1,013.2", "1,016.5", "1,010.1"]),
        ([], []),
    ],
)
def test_numbers_of_a_row_have_as_many_decimals_as_the_greatest_needs(values: list[float], texts: list[str]) -> None:
    assert numbers.alike(values) == texts


def test_p_values_and_differences_of_a_column_have_the_same_digits() -> None:
    assert [numbers.p(value) for value in (0.04, 0.00125, 0.00001)] == ["0.0400", "0.0013", "under 0.0001"]
    assert [numbers.signed(value, 3) for value in (0.2, -0.0125, 0.0)] == ["+0.200", "\N{MINUS SIGN}0.013", "+0.000"]
    assert [numbers.loss(value) for value in (0.5, -0.0125)] == ["0.500", "\N{MINUS SIGN}0.013"]
