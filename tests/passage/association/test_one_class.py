"""A group whose rows are all of one class has one end of an interval, and no estimate."""

import numpy as np
import pandas as pd
import pytest
import students

from passage.association import firth
from passage.association.associate import associate
from passage.evaluation.odds import odds
from passage.evaluation.vocabulary import vocabulary
from passage.model.design import Column
from passage.params.model import Words
from passage.report import association

COLUMNS = [
    Column("age", "age", "number"),
    Column("work=field", "work", "category", "field", "office"),
    Column("work=other", "work", "category", "other", "office"),
]
FIELD, OTHER = "work=field", "work=other"


def people(seed: int = 0) -> tuple[pd.DataFrame, np.ndarray]:
    """Return 900 people, of whom few are ill and none of the 18 young ones with other work."""
    random = np.random.default_rng(seed)
    work = np.array(["other"] * 18 + ["field", "office", "office"] * 294)
    age = np.where(work == "other", random.uniform(17, 23, 900), random.uniform(17, 80, 900))
    ill = (random.random(900) < 1 / (1 + np.exp(-(age - 92) / 9))) & (work != "other")
    return pd.DataFrame({"age": age, FIELD: work == "field", OTHER: work == "other"}).astype(float), ill.astype(int)


@pytest.mark.parametrize(
    ("which", "turned", "ends"),
    [
        (OTHER, False, {OTHER: "high"}),
        (OTHER, True, {OTHER: "low"}),
        ("reference", False, {FIELD: "low", OTHER: "low"}),
        ("reference", True, {FIELD: "high", OTHER: "high"}),
    ],
)
def test_a_group_without_a_case_or_only_with_cases_has_one_end(which: str, turned: bool, ends: dict[str, str]) -> None:
    rows, ill = people()
    if which == "reference":
        field, other = rows[FIELD], rows[OTHER]
        rows = rows.assign(**{FIELD: 1 - field - other, OTHER: field})  # other is the reference
    target = 1 - ill if turned else ill
    found, expected = associate(rows, target, 0.95, COLUMNS), firth.fit(rows.to_numpy(), target)
    assert list(found.one_class) == list(ends)
    for position, column in enumerate(COLUMNS):
        known = {ends[column.name]} if column.name in ends else {"coefficient", "low", "high"}
        assert set(found.features[column.name]) == known | {"standard_deviation"}
        if column.name in ends:
            end = ends[column.name]
            assert found.features[column.name][end] == pytest.approx(getattr(expected, end)[position], rel=1e-7)
            group = found.one_class[column.name]
            assert (group["rows"], group["positive"], group["ends"]) == (18, 18 * turned, [end])
    assert list(found.significance) == ["age", "work"]


def test_a_group_and_what_it_is_read_against_that_are_both_without_a_case_have_no_end() -> None:
    random = np.random.default_rng(1)
    group = random.choice(["none", "neither", "some"], 90)
    ill = (random.random(90) < 0.5) & (group == "some")
    rows = pd.DataFrame({"neither": group == "neither", "some": group == "some"}).astype(float)
    columns = [Column(name, "group", "category", name, "none") for name in map(str, rows)]
    found = associate(rows, ill.astype(int), 0.95, columns)
    assert set(found.features["neither"]) == {"standard_deviation"}
    assert set(found.features["some"]) == {"low", "standard_deviation"}


def test_what_a_level_is_read_against_is_the_reference_also_where_another_level_is_aliased() -> None:
    random = np.random.default_rng(2)
    line = random.choice(["none", "slow", "fast"], 300)
    left = (line != "fast") & (random.random(300) < 0.5)
    rows = pd.DataFrame({"none": line == "none", "slow": line == "slow", "no tv": line == "none"}).astype(float)
    columns = [Column(name, "line" if name != "no tv" else "tv", "category", name, "fast") for name in map(str, rows)]
    found = associate(rows, left.astype(int), 0.95, columns)
    assert found.dependent == ["none", "no tv"]
    assert set(found.features["slow"]) == {"low", "standard_deviation"}


def test_groups_with_both_classes_and_numbers_of_many_values_keep_their_estimates() -> None:
    rows, ill = people()
    ill[0] = 1
    found = associate(rows, ill, 0.95, COLUMNS)
    assert "one_class" not in found.content()
    assert all("coefficient" in numbers for numbers in found.features.values())


def said(columns: list[Column], rows: pd.DataFrame, target: np.ndarray) -> dict[str, str]:
    known = associate(rows, target, 0.95, columns).content()
    against = {column.name: column.against for column in columns if column.against}
    metrics = {"odds": odds(dict.fromkeys(map(str, rows), 0.0), known, against)}
    settings = students.lane().model_copy(update={"target": "ill", "words": Words(rows="people")})
    words = vocabulary(settings, (0, 1), columns)
    return {name: association.odds(name, metrics, 0.95, words) for name in metrics["odds"]}


def test_the_sentence_says_what_is_at_most_so_and_of_whom() -> None:
    rows, ill = people()
    high = np.exp(firth.fit(rows.to_numpy(), ill).high[2])
    assert said(COLUMNS, rows, ill)[OTHER] == (
        f"Other features being equal, people of work other had at most {high:,.0f} times the odds of ill = 1, compared "
        "with those of work office (one end of the 95 % interval): of the 18 people of work other, none counts as "
        "ill = 1."
    )
    boolean = [COLUMNS[0], COLUMNS[1], Column(OTHER, OTHER, "boolean", "true", "false")]
    assert said(boolean, rows, 1 - ill)[OTHER].endswith("of the 18 people with work=other, each one counts as ill = 1.")
    number = [COLUMNS[0], COLUMNS[1], Column(OTHER, OTHER, "number")]
    assert "of the 18 people with work=other 1, none counts" in said(number, rows, ill)[OTHER]
