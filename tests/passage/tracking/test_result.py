"""The facts that a run holds, without a store."""

from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Project
from hypothesis import given
from hypothesis import strategies as st

from passage import params
from passage.base import files, paths
from passage.base.files import Hashes
from passage.params import flat_params
from passage.tracking import result
from passage.tracking.result import allowed_names, collect, counts_of, fingerprint, hashed, metrics_of, params_of

Write = Callable[[str, str], Path]


def test_params_are_dotted_as_in_params_yaml() -> None:
    settings = {"data": "x.csv", "features": ["a", "b"], "train": {"C": 1.0, "class_weight": None}, "threshold": "auto"}
    assert dict(flat_params(settings)) == {
        "data": "x.csv",
        "features": '["a", "b"]',
        "train.C": "1.0",
        "train.class_weight": "null",
        "threshold": "auto",
    }


METRICS = {
    "rows": {"train": 15, "test": 5},
    "test": {"accuracy": 0.8, "log_loss": 0.4, "true_positives": 2},
    "train": {"accuracy": 0.9, "prevalence": 0.5},
    "cross_validation": {"folds": 5, "repeats": 10, "accuracy": 0.81, "log_loss": 0.36, "without": {"hours (h)": {}}},
    "odds": {
        "hours (h)": {"per_unit": {"odds_ratio": 1.3, "firth": 1.5, "low": 1.1}},
        "plan": {"per_unit": {"odds_ratio": 1.2, "high": 5.4}},
    },
    "significance": {"hours (h)": {"p_value": 0.01}},
    "coefficients": {"hours (h)": 1.5, "plan": 0.1},
    "intercept": -1.0,
    "chosen": {"C": 0.3},
    "cautions": [],
}


def test_metrics_are_what_runs_are_compared_by_in_groups_and_open_with_what_differs() -> None:
    flat = metrics_of(METRICS)
    assert flat == {
        "cv/log_loss": 0.36,
        "cv/accuracy": 0.81,
        "test_accuracy": 0.8,
        "test/accuracy": 0.8,
        "test/log_loss": 0.4,
        "train/accuracy": 0.9,
        "tuned/C": 0.3,
        "odds/hours _h_": 1.5,
        "coef_hours _h_": 1.5,
        "coef_plan": 0.1,
        "intercept": -1.0,
    }
    assert next(iter(flat)) == "cv/log_loss"


def test_what_is_undefined_has_no_metric() -> None:
    assert metrics_of({"coefficients": {}, "intercept": 0.5}) == {"intercept": 0.5}


def test_counts_are_parameters() -> None:
    assert counts_of(METRICS) == {
        "rows.train": "15",
        "rows.test": "5",
        "cross_validation.folds": "5",
        "cross_validation.repeats": "10",
    }
    assert counts_of({"rows": {"train": 15, "test": 0}}) == {"rows.train": "15", "rows.test": "0"}


def test_a_run_has_half_as_many_metrics_as_before(built: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """One feature had 41 (47 with its test's), and each one more 18; MLflow draws a chart of each."""
    monkeypatch.chdir(built.folder)
    found = {name: collect(name, params.load(), hashed([name], params.load()), {}) for name in ("model", "model_2")}
    assert len(found["model"].metrics) < 20
    assert len(found["model_2"].metrics) - len(found["model"].metrics) == 2
    assert not found["model"].params.keys() & found["model"].metrics.keys()


def test_a_settings_name_says_which_it_is_however_long_that_of_its_column_is() -> None:
    columns = {name: {"kind": "category", "missing": "drop"} for name in ("r" * 200, "r" * 201, "a b?")}
    names = list(params_of({"train": {"C": 1.0}, "columns": columns}))
    assert names == [
        "train.C",
        *(f"columns.{name}.{key}" for name in ("r" * 180, "r" * 180 + "_2", "a b_") for key in ("kind", "missing")),
    ]
    assert params_of({"train": {"C": 1.0}}) == {"train.C": "1.0"}


def test_names_that_would_be_the_same_get_a_number() -> None:
    assert allowed_names(["petal (cm)", "petal [cm]", "a"]) == {
        "petal (cm)": "petal _cm_",
        "petal [cm]": "petal _cm__2",
        "a": "a",
    }


@given(st.lists(st.text(min_size=1), unique=True))
def test_every_name_is_allowed_and_its_own(names: list[str]) -> None:
    allowed = list(allowed_names(names).values())
    assert len(set(allowed)) == len(names)
    assert all(
        set(name) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-. ") for name in allowed
    )
    assert all(len(name) <= 240 for name in allowed)


def sums(path: Path) -> dict[Path, str]:
    return {path: files.file_hash("sha256", path)}


def test_a_fingerprint_is_of_contents_settings_and_names(in_folder: Write) -> None:
    one, other = in_folder("a.json", "1"), in_folder("b.json", "1")
    marks = {
        fingerprint({"C": 1.0}, sums(one)),
        fingerprint({"C": 2.0}, sums(one)),
        fingerprint({"C": 1.0}, sums(other)),
        fingerprint({"C": 1.0}, sums(in_folder("a.json", "2"))),
    }
    assert len(marks) == 4
    in_folder("a.json", "1")
    assert fingerprint({"C": 1.0}, sums(one)) in marks


def test_in_which_order_settings_are_written_is_no_part_of_a_fingerprint() -> None:
    columns = {"hours": {"missing": "drop"}, "courses": {"kind": "category"}}
    turned = dict(reversed(columns.items()))
    assert list(turned) != list(columns)
    assert fingerprint({"columns": columns}, {}) == fingerprint({"columns": turned}, {})


@pytest.mark.parametrize("table", ["exam_hours", "guessed_hours"])
def test_of_two_tables_with_the_same_outputs_each_has_a_result_of_its_own(
    built: Project, monkeypatch: pytest.MonkeyPatch, table: str
) -> None:
    monkeypatch.chdir(built.folder)
    settings = params.load()
    there = hashed(["model"], settings)
    before = collect("model", settings, there, {})
    after = collect("model", settings, there | {Path(f"data/raw/{table}.csv"): Hashes("0" * 32, "0" * 64)}, {})
    assert after.outputs == before.outputs
    assert after.fingerprint != before.fingerprint


def test_a_run_keeps_the_hash_of_each_output_and_copies_of_those_that_are_not_large(
    built: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(built.folder)
    page = paths.PAGE.stat().st_size
    for largest, is_kept in ((page, True), (page - 1, False)):
        monkeypatch.setattr(result, "LARGEST", largest)
        found = collect("model", params.load(), hashed(["model"], params.load()), {})
        assert (paths.PAGE in found.artifacts) == is_kept
        assert {paths.PARAMS, paths.ModelPaths("model").model} < {*found.artifacts}
        assert found.outputs[paths.PAGE.as_posix()] == files.file_hash("sha256", paths.PAGE)
