"""What the training rows say of each feature, and what keeps them from saying it."""

import numpy as np
import pandas as pd
import pytest
import students

from passage.association import firth, profile
from passage.association.associate import associate
from passage.model.design import Column

PASSED = students.ROWS["passed"].to_numpy()
FEATURES = students.ROWS[students.FEATURES]


def test_the_numbers_are_firths_in_the_tables_own_units() -> None:
    found = associate(FEATURES, PASSED, 0.9)
    expected = firth.fit(FEATURES.to_numpy(float), PASSED, 0.9)
    assert list(found.features) == students.FEATURES
    for position, numbers in enumerate(found.features.values()):
        assert numbers == pytest.approx(
            {
                "coefficient": expected.coefficients[position],
                "low": expected.low[position],
                "high": expected.high[position],
                "standard_deviation": FEATURES.iloc[:, position].std(ddof=0),
            },
            rel=1e-7,
        )
    assert (found.separation, found.constant, found.dependent, found.nearly_copies) == ("none", [], [], [])
    assert (found.confidence, found.rows, found.converged) == (0.9, 8, True)


def test_separated_rows_are_told_and_still_have_finite_intervals() -> None:
    found = associate(pd.DataFrame({"hours": [0, 1, 2, 3, 5, 8]}), np.array([0, 0, 0, 1, 1, 1]), 0.95)
    assert found.separation == "perfect"
    assert set(found.features["hours"]) == {"coefficient", "low", "high", "standard_deviation"}


@pytest.mark.parametrize("values", [(2**60, 2**60 + 1), (np.uint64(2**64 - 1), np.uint64(2**64 - 2)), (0, 1e-170)])
def test_values_that_no_arithmetic_tells_apart_are_one_value(values: tuple[float, float]) -> None:
    found = associate(FEATURES.assign(number=pd.Series([*values] * 4)), PASSED, 0.95)
    assert (found.constant, found.features["number"]) == (["number"], {"standard_deviation": 0.0})
    assert found.converged
    assert "low" in found.features["hours"]


def test_a_feature_with_one_value_is_named_and_the_others_are_known() -> None:
    found = associate(FEATURES.assign(school=7), PASSED, 0.95)
    assert found.constant == ["school"]
    assert found.features["school"] == {"standard_deviation": 0.0}
    assert found.features["hours"] == associate(FEATURES, PASSED, 0.95).features["hours"]


def test_features_of_which_one_follows_from_the_others_are_named_and_have_no_interval() -> None:
    found = associate(
        FEATURES.assign(both=FEATURES["hours"] + FEATURES["courses"], noise=[1, 0, 0, 1, 1, 0, 1, 0]), PASSED, 0.95
    )
    assert found.dependent == ["hours", "courses", "both"]
    assert found.intercept is None
    assert found.converged, "that there is nothing to search is no search without an end"

    assert all(set(found.features[name]) == {"standard_deviation"} for name in found.dependent)


def test_dependent_features_are_named_also_behind_one_with_one_value() -> None:
    table = pd.DataFrame({"school": 7, "noise": [1, 0, 0, 1, 1, 0, 1, 0]}).join(FEATURES)
    found = associate(table.assign(both=FEATURES["hours"] + FEATURES["courses"]), PASSED, 0.95)
    assert (found.constant, found.dependent) == (["school"], ["hours", "courses", "both"])


def test_an_end_that_was_not_found_is_absent_and_that_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(profile, "CLOSE", -1.0)  # no step is as short
    found = associate(FEATURES, PASSED, 0.95)
    assert [set(numbers) for numbers in found.features.values()] == [{"coefficient", "standard_deviation"}] * 2
    assert not found.converged


def test_nearly_copies_are_pairs_with_a_correlation_of_99_percent_either_way() -> None:
    minutes = FEATURES["hours"] * -60 + [1, -1, 1, -1, 1, -1, 1, -1]
    found = associate(FEATURES.assign(minutes=minutes), PASSED, 0.95).nearly_copies
    assert [(one, other) for one, other, _ in found] == [("hours", "minutes")]
    assert found[0][2] == pytest.approx(np.corrcoef(FEATURES["hours"], minutes)[0, 1], abs=1e-7)
    assert associate(FEATURES[["hours"]], PASSED, 0.95).nearly_copies == []


def test_one_feature_alone_with_one_value_leaves_nothing_to_say() -> None:
    found = associate(pd.DataFrame({"hours": [3, 3, 3]}), np.array([0, 1, 1]), 0.95)
    assert (found.constant, found.separation, found.intercept) == (["hours"], "none", None)


def test_columns_of_one_feature_are_tested_together() -> None:
    columns = [Column("hours", "hours", "number"), Column("school=B", "school", "category", "B", "A")]
    columns += [Column("school=C", "school", "category", "C", "A"), Column("school=D", "school", "category", "D", "A")]
    rows = FEATURES[["hours"]].assign(B=[1, 0, 0, 1, 0, 0, 0, 0], C=[0, 1, 0, 0, 0, 1, 0, 0], D=0)
    rows.columns = [column.name for column in columns]
    found = associate(rows, PASSED, 0.95, columns).significance
    assert {feature: test["degrees_of_freedom"] for feature, test in found.items()} == {"hours": 1, "school": 2}
    least, most = sorted(found.values(), key=lambda test: test["p_value"])
    assert least["p_value_holm"] == pytest.approx(min(2 * least["p_value"], 1), rel=1e-7)
    assert most["p_value_holm"] == max(least["p_value_holm"], most["p_value"])


def test_what_does_not_depend_on_others_is_known_where_they_do() -> None:
    chance = np.random.default_rng(4)
    table = pd.DataFrame({"months": chance.integers(1, 60, 80), "score": chance.normal(size=80)})
    paid = (chance.random(80) < 1 / (1 + np.exp(-table["score"]))).astype(int).to_numpy()
    found = associate(table.assign(years=table["months"] / 12), paid, 0.95)
    expected = associate(table, paid, 0.95)
    assert found.features["score"] == pytest.approx(expected.features["score"], rel=1e-7)
    assert found.significance["score"]["p_value"] == pytest.approx(expected.significance["score"]["p_value"], rel=1e-7)
    assert list(found.significance) == ["score"]
    assert (found.dependent, found.redundant, found.nearly_copies) == (["months", "years"], ["years"], [])
    without = associate(table.assign(years=table["months"] / 12).drop(columns=found.redundant), paid, 0.95)
    assert without.dependent == []


def test_of_aliased_categories_only_those_that_are_aliased_are_unknown() -> None:
    """No line is no shield and no television: three columns that are one."""
    chance = np.random.default_rng(5)
    line = chance.choice(["none", "slow", "fast"], 200)
    rows = pd.DataFrame({"months": chance.integers(1, 60, 200)}).assign(
        **{"line=none": line == "none", "line=slow": line == "slow"},
        **{"shield=no line": line == "none", "shield=yes": (line != "none") & (chance.random(200) < 0.5)},
        **{"tv=no line": line == "none", "tv=yes": (line != "none") & (chance.random(200) < 0.5)},
    )
    columns = [Column(name, name.partition("=")[0], "category") for name in map(str, rows)]
    left = (chance.random(200) < 1 / (1 + np.exp(rows["months"] / 20 - 1))).astype(int).to_numpy()
    found = associate(rows.astype(float), left, 0.95, columns)
    assert found.dependent == ["line=none", "shield=no line", "tv=no line"]
    assert found.redundant == ["shield", "tv"]
    dropped = associate(rows.drop(columns=["shield=no line", "tv=no line"]).astype(float), left, 0.95)
    for name in ("months", "line=slow", "shield=yes", "tv=yes"):
        assert found.features[name] == pytest.approx(dropped.features[name], rel=1e-7)
    assert {feature: test["degrees_of_freedom"] for feature, test in found.significance.items()} == dict.fromkeys(
        ["months", "line", "shield", "tv"], 1
    )
    assert found.significance["shield"]["chi_squared"] == pytest.approx(
        dropped.significance["shield=yes"]["chi_squared"], rel=1e-7
    )


def test_with_fewer_rows_than_columns_nothing_is_known_of_any() -> None:
    rows = pd.DataFrame(np.random.default_rng(0).normal(size=(4, 4)), columns=list("abcd"))
    found = associate(rows, np.array([0, 1, 0, 1]), 0.95)
    assert (found.dependent, found.redundant, found.significance) == (list("abcd"), ["d"], {})
