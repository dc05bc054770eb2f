"""Gaps, categories and booleans: what is learned of them, from which rows, and what becomes of them."""

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest
import skops.io
import students
from scipy.optimize import minimize
from scipy.special import expit, log_expit
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import RepeatedStratifiedKFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from passage.evaluation.cross_validation import cross_validation
from passage.model import design, preparation
from passage.model.classifier import Model, _outside, seen
from passage.model.pipeline import pipeline
from passage.model.preparation import encode, fit
from passage.model.scaler import Scaler
from passage.params.model import ModelSettings
from stages import train

PLANS = ["basic", "plus", 'pro "ü" / (x), y']


def mixed(rows: int = 120) -> pd.DataFrame:
    """Return rows with gaps, categories and a boolean, none of which tells who passed for certain."""
    random = np.random.default_rng(3)
    table = pd.DataFrame(
        {
            "age": random.normal(40, 10, rows).round(1),
            "plan": random.choice(PLANS, rows, p=[0.5, 0.3, 0.2]),
            "member": random.integers(0, 2, rows),
        }
    )
    table["passed"] = (random.random(rows) < expit((table["age"] - 40) / 10 + (table["plan"] == "plus"))).astype(int)
    table.loc[random.choice(rows, rows // 4, replace=False), "age"] = np.nan
    return table


def lane(
    columns: dict[str, Any], features: tuple[str, ...] = ("age", "plan", "member"), **settings: object
) -> ModelSettings:
    changed = {"features": list(features), "columns": columns}
    return ModelSettings.model_validate(students.lane(**settings).model_dump() | changed)  # type: ignore[arg-type]


def trained(rows: pd.DataFrame, settings: ModelSettings) -> Model:
    prepared = fit(rows, settings)
    numbers = prepared.design(rows)
    scaler = Scaler.fit(numbers, "standard")
    normalized, ones = scaler.transform(numbers).to_numpy(), (rows["passed"] == settings.positive).astype(int)
    return Model(prepared, scaler, train.fit(normalized, ones, rows, scaler, settings))


COLUMNS: dict[str, dict[str, Any]] = {
    "age": {"missing": "median", "indicator": True},
    "plan": {"kind": "category", "unseen": "reference"},
    "member": {"kind": "boolean"},
}


def test_numbers_without_gaps_are_the_design_as_they_are_and_have_no_record() -> None:
    prepared = fit(students.ROWS, students.lane())
    assert prepared.design(students.ROWS).equals(students.ROWS[students.FEATURES])
    assert "preparation" not in prepared.content(students.scaled()[0])


def test_the_design_fills_gaps_marks_them_and_has_a_column_for_each_category_but_the_reference() -> None:
    rows = mixed()
    prepared = fit(rows, lane(COLUMNS))
    numbers = prepared.design(rows)
    assert list(numbers) == ["age", "age is missing", "plan=plus", f"plan={PLANS[2]}", "member"]
    assert numbers["age"].tolist() == rows["age"].fillna(rows["age"].median()).tolist()
    assert numbers["age is missing"].tolist() == rows["age"].isna().astype(float).tolist()
    assert numbers["plan=plus"].tolist() == (rows["plan"] == "plus").astype(float).tolist()
    assert prepared.against["plan=plus"] == "basic"


def test_the_record_reads_back_as_the_same_preparation() -> None:
    rows = mixed()
    prepared = fit(rows, lane(COLUMNS))
    scaler = Scaler.fit(prepared.design(rows), "standard")
    written = json.loads(json.dumps(prepared.content(scaler)))
    assert {name: list(one) for name, one in written["preparation"].items()} == {
        "age": ["kind", "missing", "fill", "indicator"],
        "plan": ["kind", "missing", "reference", "categories", "unseen"],
        "member": ["kind", "missing"],
    }
    assert written["preparation"]["plan"]["reference"] == "basic"
    again = preparation.read(written)
    assert again == prepared
    assert again.design(rows).equals(prepared.design(rows))


def test_what_fills_a_boolean_is_said_as_params_yaml_writes_it() -> None:
    rows = pd.DataFrame({"member": [1, 1, np.nan, 0], "passed": [0, 1, 0, 1]})
    settings = lane({"member": {"kind": "boolean", "missing": "most_frequent", "indicator": True}}, ("member",))
    prepared = fit(rows, settings)
    written = json.loads(json.dumps(prepared.content(Scaler.fit(prepared.design(rows), "standard"))))
    assert written["preparation"]["member"]["fill"] is True
    for one in (prepared, preparation.read(written)):
        assert one.columns[1].against == "true"


def test_a_reference_may_be_named_and_of_several_that_are_as_frequent_the_first_in_order_is_it() -> None:
    rows = pd.DataFrame({"plan": ["b", "a", "c", "b", "a"], "passed": [0, 1, 0, 1, 0]})
    assert fit(rows, lane({"plan": {"kind": "category"}}, ("plan",))).features[0].categories == ("a", "b", "c")
    named = lane({"plan": {"kind": "category", "reference": "c"}}, ("plan",))
    assert fit(rows, named).features[0].categories == ("c", "a", "b")
    nobody = lane({"plan": {"kind": "category", "reference": "z"}}, ("plan",))
    with pytest.raises(ValueError, match="plan is z, the reference, in none of the training rows"):
        fit(rows, nobody)


def test_an_unseen_category_counts_as_the_reference_and_is_told_apart_from_a_gap() -> None:
    rows = mixed()
    columns = COLUMNS | {"plan": {"kind": "category", "missing": "most_frequent", "unseen": "reference"}}
    prepared = fit(rows, lane(columns))
    new = rows.head(3).assign(plan=pd.Series(["gold", np.nan, "plus"], dtype="str"))
    assert prepared.unseen(new)["plan"].tolist() == [True, False, False]
    assert prepared.design(new)["plan=plus"].tolist() == [0, 0, 1]
    assert list(prepared.refused(new)) == []


@pytest.mark.parametrize(
    ("column", "values", "told"),
    [
        ({"kind": "category"}, ["a", "a"], "plan is a in each training row, so there is nothing to learn from"),
        ({"kind": "category", "missing": "drop"}, [None, None], "plan is missing in every row"),
        ({"missing": "median"}, [np.nan, np.nan], "plan is missing in every row"),
    ],
)
def test_a_feature_that_says_nothing_is_refused(column: dict[str, Any], values: list[Any], told: str) -> None:
    kind = "str" if column.get("kind") == "category" else "float64"
    rows = pd.DataFrame({"plan": pd.Series(values, dtype=kind), "passed": [0, 1]})
    with pytest.raises(ValueError, match=f"^{told}$"):
        fit(rows, lane({"plan": column}, ("plan",)))


def test_mlflows_pipeline_refuses_an_unseen_category_where_that_is_an_error() -> None:
    rows = mixed()
    for unseen in ("error", "reference"):
        settings = lane({"plan": {"kind": "category", "unseen": unseen}}, ("plan",))
        served, new = pipeline(trained(rows, settings)), pd.DataFrame({"plan": ["gold"]})
        if unseen == "error":
            with pytest.raises(ValueError, match="unknown categories"):
                served.predict(new)
        else:
            with pytest.warns(UserWarning, match="unknown categories"):
                as_reference = served.predict_proba(new)
            assert as_reference.tolist() == served.predict_proba(pd.DataFrame({"plan": ["basic"]})).tolist()


def test_a_gap_of_a_category_becomes_the_most_frequent_one_also_where_another_is_the_reference() -> None:
    rows = pd.DataFrame({"plan": pd.Series(["b", "b", "b", "a", None], dtype="str"), "passed": [0, 1, 0, 1, 0]})
    column = {"kind": "category", "missing": "most_frequent", "indicator": True, "reference": "a"}
    assert fit(rows, lane({"plan": column}, ("plan",))).design(rows).to_dict("list") == {
        "plan=b": [1, 1, 1, 0, 1],
        "plan is missing": [0, 0, 0, 0, 1],
    }


GAPS: dict[str, dict[str, str]] = {"plan": {"kind": "category", "missing": "category"}}


def test_gaps_may_be_a_category_of_their_own_and_never_the_reference_unasked() -> None:
    rows = mixed().assign(plan=pd.Series(["b", None, None, None, "a", "b"] * 20, dtype="str"))
    prepared = fit(rows, lane(GAPS, ("plan",)))
    assert prepared.features[0].categories == ("b", "a", "missing")
    assert prepared.design(rows)["plan=missing"].tolist() == rows["plan"].isna().astype(float).tolist()
    assert prepared.against == {"plan=a": "b", "plan=missing": "b"}
    written = prepared.content(Scaler.fit(prepared.design(rows), "standard"))
    assert preparation.read(json.loads(json.dumps(written))) == prepared
    assert encode(rows, lane(GAPS, ("plan",)))[:6, 0].tolist() == [0, 2, 2, 2, 1, 0]
    asked = lane({"plan": GAPS["plan"] | {"reference": "missing"}}, ("plan",))
    assert fit(rows, asked).features[0].categories == ("missing", "a", "b")


@pytest.mark.parametrize("unseen", ["error", "reference"])
def test_a_gap_that_no_training_row_has_is_an_unseen_category(unseen: str) -> None:
    rows, settings = mixed(), lane({"plan": GAPS["plan"] | {"unseen": unseen}}, ("plan",))
    prepared, new = fit(rows, settings), pd.DataFrame({"plan": pd.Series(["plus", None], dtype="str")})
    assert prepared.features[0].fill is None
    assert prepared.unseen(new)["plan"].tolist() == [False, True]
    assert list(prepared.refused(new)) == ["plan"] * (unseen == "error")
    assert prepared.design(new).to_numpy().tolist() == [[1, 0], [0, 0]]
    limits = seen(rows["plan"], settings.column("plan"))
    assert _outside(new["plan"], limits).tolist() == [False, True]
    assert not _outside(new["plan"], seen(new["plan"], settings.column("plan"))).any()


def test_a_category_with_one_value_has_no_column_beside_other_features() -> None:
    rows = mixed().assign(plan="basic")
    prepared = fit(rows, lane({"plan": {"kind": "category"}, "age": {"missing": "median"}}, ("plan", "age")))
    assert list(prepared.design(rows)) == ["age"]
    assert prepared.transformer().transform(rows[["plan", "age"]]).shape == (len(rows), 1)


def test_what_an_indicator_is_read_against_is_what_fills_the_gap_as_people_write_it() -> None:
    rows = pd.DataFrame({"age": [1.5, 1.5, None], "member": [1.0, 1.0, None], "plan": ["b", "b", None]})
    rows["passed"] = [0, 1, 0]
    filled = {"missing": "most_frequent", "indicator": True}
    kinds = {"age": {}, "member": {"kind": "boolean"}, "plan": {"kind": "category"}}
    prepared = fit(
        rows.astype({"plan": "str"}), lane({name: filled | kind for name, kind in kinds.items()}, tuple(kinds))
    )
    against = {name: prepared.against[f"{name} is missing"] for name in kinds}
    assert against == {"age": "1.5", "member": "true", "plan": "b"}


def test_columns_of_the_design_never_share_a_name_with_a_feature_or_the_target() -> None:
    features = (design.Feature("a", "category", categories=("x", "b", "c")), design.Feature("a=b"))
    assert [one.name for one in design.columns(features, "a=c")] == ["a=b (2)", "a=c (2)", "a=b"]


def test_an_indicator_stands_only_where_training_rows_have_gaps() -> None:
    whole = mixed().fillna({"age": 40.0})
    assert "age is missing" not in fit(whole, lane(COLUMNS)).design(whole)


def test_an_unpenalised_fit_is_where_the_likelihood_of_get_dummies_rows_is_greatest() -> None:
    rows, settings = mixed(), lane(COLUMNS, C=float("inf"))
    by_hand = pd.get_dummies(rows[["plan"]], dtype=float).drop(columns="plan_basic")
    table = np.column_stack(
        [np.ones(len(rows)), rows["age"].fillna(rows["age"].median()), rows["age"].isna(), by_hand, rows["member"]]
    )
    sign = 2 * rows["passed"].to_numpy() - 1
    best = minimize(lambda beta: -log_expit(sign * (table @ beta)).sum(), np.zeros(6), method="BFGS", tol=1e-10)
    found = trained(rows, settings).classifier.original_units
    assert [found["intercept"], *found["coefficients"].values()] == pytest.approx(best.x, abs=1e-4)


def test_cross_validation_learns_what_fills_gaps_in_each_fold_and_not_from_all_rows() -> None:
    rows = mixed(40)
    # Of the rows that have it, the median depends strongly on which of them a fold holds out.
    rows["age"] = np.where(rows["age"].isna(), np.nan, np.exp(rows["age"].fillna(0) / 5))
    settings = lane({"age": {"missing": "median"}}, ("age",))
    found, _ = cross_validation(rows, settings, settings)
    folds = RepeatedStratifiedKFold(n_splits=4, n_repeats=3, random_state=1)
    fit = make_pipeline(SimpleImputer(strategy="median"), StandardScaler(), LogisticRegression(tol=1e-10))
    values, passed = rows[["age"]].to_numpy(), rows["passed"].to_numpy()
    sizes = [len(held_out) for _, held_out in folds.split(values, passed)]
    anew, leaked = (
        np.average(-cross_val_score(fit, table, passed, cv=folds, scoring="neg_log_loss"), weights=sizes)
        for table in (values, SimpleImputer(strategy="median").fit_transform(values))
    )
    assert found["log_loss"] == pytest.approx(anew, abs=1e-6)
    assert abs(anew - leaked) > 1e-5


def test_without_a_category_all_its_columns_are_left_out() -> None:
    rows = mixed().fillna({"age": 40.0})
    settings = lane({"plan": {"kind": "category"}}, ("age", "plan"))
    found, _ = cross_validation(rows, settings, settings)
    alone = lane({}, ("age",))
    assert list(found["without"]) == ["age", "plan"]
    assert found["without"]["plan"]["log_loss"] == cross_validation(rows, alone, alone)[0]["log_loss"]


def test_rows_are_coded_with_the_reference_first_and_gaps_as_nan() -> None:
    codes = encode(mixed(), lane(COLUMNS))
    assert set(codes[:, 1]) == {0.0, 1.0, 2.0}
    assert np.isnan(codes[:, 0]).sum() == 30


@pytest.mark.parametrize("plan", ["error", "category", "most_frequent"])
def test_the_design_is_what_scikit_learns_transformer_makes_of_the_same_rows(plan: str) -> None:
    rows = mixed().assign(member=lambda table: table["member"].mask(table.index % 7 == 0))
    rows["plan"] = rows["plan"].astype("str").mask(rows.index % 5 == (5 if plan == "error" else 0))
    filled: dict[str, Any] = {"missing": "most_frequent", "indicator": True}
    columns = COLUMNS | {"plan": COLUMNS["plan"] | {"missing": plan}, "member": filled | {"kind": "boolean"}}
    prepared, asked = fit(rows, lane(columns)), rows[["age", "plan", "member"]]
    assert prepared.design(rows).to_numpy().tolist() == prepared.transformer().transform(asked).tolist()
    assert prepared.design(rows[:0]).shape == (0, len(prepared.columns))


@pytest.mark.parametrize("threshold", [0.5, 0.3])
@pytest.mark.parametrize("gaps", ["error", "category", "most_frequent"])
def test_mlflows_pipeline_takes_rows_as_they_come_and_says_the_labels_and_probabilities(
    threshold: float, gaps: str
) -> None:
    rows = mixed().assign(passed=lambda table: table["passed"].map({0: "no", 1: "yes"}))
    rows["plan"] = rows["plan"].astype("str").mask(np.arange(len(rows)) % 5 == (5 if gaps == "error" else 0))
    settings = lane(
        COLUMNS | {"plan": {"kind": "category", "unseen": "reference", "missing": gaps}}, threshold=threshold
    ).model_copy(update={"positive": "yes"})
    model = trained(rows, settings)
    served, says = skops.io.loads(skops.io.dumps(pipeline(model)), trusted=["numpy.dtype"]), model.predict(rows)
    raw = rows[["age", "plan", "member"]].astype({"member": bool})
    assert served.predict(raw).tolist() == ["yes" if one else "no" for one in says["predicted"]]
    assert served.predict_proba(raw)[:, 1] == pytest.approx(says["probability"].to_numpy(), abs=1e-7)
