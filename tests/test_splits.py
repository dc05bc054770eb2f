"""Every way of splitting, from a table of students over a year to the page and the runs."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml
from conftest import ROOT, Project
from test_pipeline import runs

from passage.base import files, paths
from passage.base.errors import Mistake
from stages import associate, check, evaluate, normalize, predict, report, score, split, train

Write = Callable[[str, str], Path]

FEATURES = ["hours", "courses"]
METHODS: dict[str, dict[str, Any]] = {
    "hash": {"column": "student", "test_size": 0.25, "seed": 27},
    "group": {"column": "student", "test_size": 0.25, "stratify": True, "seed": 27},
    "time": {"column": "day", "test_from": "2026-04-01"},
}


def table() -> str:
    """Return 60 exams of 12 students, in no order, as CSV."""
    chance = np.random.RandomState(3)
    skill = chance.normal(size=12)
    student, hours, courses = chance.randint(0, 12, 60), chance.uniform(0, 10, 60).round(1), chance.randint(0, 4, 60)
    probability = 1 / (1 + np.exp(-0.6 * (hours - 5) - 0.5 * (courses - 1.5) - skill[student]))
    rows = pd.DataFrame(
        {
            "student": [f"{number:03d}" for number in student],
            "day": pd.date_range("2026-01-05", periods=60, freq="2D").astype("str"),
            "hours": hours,
            "courses": courses,
            "passed": (chance.uniform(size=60) < probability).astype(int),
        }
    )
    return str(rows.sample(frac=1, random_state=chance).to_csv(index=False))


def lane(method: str, **changes: Any) -> dict[str, Any]:
    """Return the settings of a model of the exams, as in params.yaml."""
    settings = yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))["models"]["model"]
    del settings["words"]
    own = {"data": "data/raw/exams.csv", "target": "passed", "features": FEATURES}
    return settings | own | {"split": {"method": method} | METHODS[method]} | changes  # type: ignore[no-any-return]


@pytest.fixture
def exams(in_folder: Write) -> Callable[..., paths.ModelPaths]:
    """Return a function that builds everything of the exams but the run, and gives its files."""
    for place in paths.GROUND:  # of which check writes down what they are
        place.parent.mkdir(parents=True, exist_ok=True)
        place.symlink_to(ROOT / place)

    def build(method: str, **changes: Any) -> paths.ModelPaths:
        in_folder("data/raw/exams.csv", table())
        batch = {"again": {"model": "exams", "data": "data/raw/exams.csv"}}
        settings = {"models": {"exams": lane(method, **changes)}, "score": batch, "mlflow": {"experiment": "x"}}
        in_folder("params.yaml", yaml.safe_dump(settings, sort_keys=False))
        check.main()
        for stage in (split, normalize, train, associate, predict, evaluate):
            stage.main("exams")
        score.main("again")
        report.main()
        return paths.ModelPaths("exams")

    return build


@pytest.mark.parametrize("method", METHODS)
def test_the_column_of_a_split_goes_with_the_rows_and_is_no_feature(
    method: str, exams: Callable[..., paths.ModelPaths]
) -> None:
    built = exams(method)
    mark = METHODS[method]["column"]
    sides = [pd.read_parquet(path) for path in (built.split_train, built.split_test)]
    assert [list(side) for side in sides] == [[*FEATURES, "passed", mark]] * 2
    assert len(sides[0]) + len(sides[1]) == 60
    if method == "time":
        assert sides[0][mark].max() < pd.Timestamp("2026-04-01") <= sides[1][mark].min()
    else:
        assert set(sides[0][mark]).isdisjoint(sides[1][mark])
        assert sides[0][mark].str.len().eq(3).all(), "007 stays 007"
    assert list(pd.read_parquet(built.normalized_train)) == [*FEATURES, "passed"]
    assert files.read_json(built.model)["features"] == FEATURES
    assert list(files.read_json(built.association)["features"]) == FEATURES
    assert pd.read_csv(built.predictions).columns[:3].tolist() == [*FEATURES, "actual"]
    metrics = files.read_json(built.metrics)
    kinds = {one["kind"] for one in metrics["cautions"]}
    assert ("dependent_rows" in kinds) == (method != "time")
    assert ("rows" in metrics["cross_validation"]) == (method == "time")
    assert metrics["cross_validation"]["repeats"] == (1 if method == "time" else 10)
    page = paths.PAGE.read_text(encoding="utf-8")
    assert ("by fits on earlier ones" in page) == (method == "time")
    assert ("stretch by stretch" in page) == (method == "time")
    assert ("over the stretches" in page) == (method == "time")


@pytest.mark.parametrize("method", METHODS)
def test_c_and_the_threshold_are_chosen_in_the_same_way(method: str, exams: Callable[..., paths.ModelPaths]) -> None:
    settings = lane(method)
    tuned = settings["train"] | {"C": "auto", "tune": {"C": [0.1, 1.0], "folds": 3}}
    repeats = settings["evaluate"] | {"repeats": 1}
    built = exams(method, train=tuned, threshold="auto", evaluate=repeats)
    assert files.read_json(built.choices)["folds"] >= 2
    assert files.read_json(built.metrics)["chosen"].keys() == {"C", "threshold"}
    assert "accuracy" in files.read_json(built.metrics)["cross_validation"]


def test_a_row_keeps_its_side_of_the_hash_when_the_table_grows(
    exams: Callable[..., paths.ModelPaths], in_folder: Write
) -> None:
    built = exams("hash")
    sides = {path: set(pd.read_parquet(path)["student"]) for path in (built.split_train, built.split_test)}
    header, *rows = table().splitlines()
    in_folder("data/raw/exams.csv", "\n".join([header, *rows[::-1], "X1,2026-06-01,1,1,0", "X2,2026-06-01,2,1,0"]))
    split.main("exams")
    for path, students in sides.items():
        assert set(pd.read_parquet(path)["student"]) - {"X1", "X2"} == students


@pytest.mark.long
def test_dvc_builds_changes_and_tracks_such_models(built: Project) -> None:
    (built.folder / "data/raw/exams.csv").write_text(table(), encoding="utf-8")
    settings = yaml.safe_load(built.text("params.yaml")) | {"score": {}}
    settings["models"] = {"exams": lane("group")}
    (built.folder / "params.yaml").write_text(yaml.safe_dump(settings, sort_keys=False), encoding="utf-8")
    built.dvc("repro")
    built.commit()
    changes = {"method": "time", "column": "day", "+test_from": "2026-04-01"}
    overrides = [f"{'+' * ('+' in key)}models.exams.split.{key.strip('+')}={value}" for key, value in changes.items()]
    built.dvc("exp", "run", *(word for change in overrides for word in ("-S", change)))
    grouped, timed = [run for run in runs(built) if run.data.tags["model"] == "exams"]
    assert "warning.dependent_rows" in grouped.data.tags
    assert "warning.dependent_rows" not in timed.data.tags
    split_of = [
        {key: value for key, value in run.data.params.items() if key.startswith("split.")} for run in (grouped, timed)
    ]
    assert split_of[0].keys() == {f"split.{key}" for key in ("method", "column", "test_size", "stratify", "seed")}
    assert split_of[1] == {"split.method": "time", "split.column": "day", "split.test_from": "2026-04-01"}
    assert int(timed.data.params["cross_validation.rows"]) < 60
    schemas = [one.dataset.schema for run in (grouped, timed) for one in run.inputs.dataset_inputs]
    assert len(schemas) == 4
    assert not [schema for schema in schemas if "student" in schema or "day" in schema]


def test_a_column_that_is_not_there_and_a_time_that_no_row_reaches_are_one_line(
    exams: Callable[..., paths.ModelPaths], in_folder: Write
) -> None:
    exams("time")
    settings = Path("params.yaml").read_text(encoding="utf-8")
    in_folder("params.yaml", settings.replace("2026-04-01", "2027-04-01"))
    with pytest.raises(Mistake) as caught:
        split.main("exams")
    assert caught.value.lines == [
        "data/raw/exams.csv: split by models.exams.split: no row is left to test: day goes from 2026-01-05 00:00:00 to "
        "2026-05-03 00:00:00"
    ]
    in_folder("data/raw/exams.csv", table().replace("day", "date", 1))
    with pytest.raises(Mistake) as caught:
        check.main()
    assert caught.value.lines == [
        'data/raw/exams.csv: the column "day", which models.exams.split.column names, is missing; the table has '
        "student, date, hours, courses, passed (models.exams.data)"
    ]
