"""What is recorded was used, also where `dvc commit` has made dvc.lock say so of whatever is there."""

import json
from collections.abc import Callable, Iterator
from contextlib import chdir, nullcontext
from pathlib import Path
from typing import Any

import pytest
import students

from passage import params
from passage.base import paths
from passage.params import Params
from passage.params.split import Split
from passage.report.sections import section
from passage.tracking import result, used
from passage.tracking.result import collect, hashed
from passage.tracking.staleness import Stale
from passage.tracking.used import _holds, _splits_so, refuse_other_page, refuse_others
from stages import split

Write = Callable[[str, str], Path]


@pytest.fixture
def there(built_once: Path) -> Iterator[dict[str, Any]]:
    """The content of params.yaml, to be edited, where all of it was built."""
    with chdir(built_once):
        yield params.load().model_dump()


def put(content: Any, key: str, value: object) -> None:
    *above, last = key.split(".")
    for part in above:
        content = content[part]
    content[last] = value


def refused(refuse: Callable[[], object]) -> str:
    try:
        refuse()
    except Stale as found:
        (line,) = found.lines
        return line
    return ""


EDITS = {
    "split.seed": (28, "split than data/split/model/sides.parquet"),
    "split.test_size": (0.3, "split than data/split/model/sides.parquet"),
    "split.stratify": (False, "split than data/split/model/sides.parquet"),
    "split.method": ("none", "split than data/split/model/sides.parquet"),
    "positive": (0, "evaluate.folds, evaluate.seed and positive than predictions/model/held_out.csv"),
    "normalize.method": ("minmax", "columns, features and normalize than models/model/scaler.json"),
    "normalize.fit_on": ("all", "columns, features and normalize than models/model/scaler.json"),
    "columns": ({"hours_studied": {"missing": "median"}}, "columns, features and normalize than models/model/scal"),
    "train.C": (0.1, "models.model.train.C in params.yaml is not 1.0, which model was built with"),
    "train.seed": (1, "models.model.train.seed in params.yaml is not 0, which model was built with"),
    "train.class_weight": ("balanced", "models.model.train.class_weight in params.yaml is not None"),
    "threshold": (0.4, "models.model.threshold in params.yaml is not 0.5, which model was built with"),
    "evaluate.confidence": (0.9, "models.model.evaluate.confidence in params.yaml is not 0.95"),
    "evaluate.repeats": (3, "models.model.evaluate.repeats in params.yaml is not 10"),
    "evaluate.folds": (4, "evaluate.folds, evaluate.seed and positive than predictions/model/held_out.csv"),
    "evaluate.seed": (2, "evaluate.folds, evaluate.seed and positive than predictions/model/held_out.csv"),
}


@pytest.mark.parametrize("key", EDITS)
def test_a_setting_that_the_files_of_a_model_were_not_made_with_is_named(there: dict[str, Any], key: str) -> None:
    value, told = EDITS[key]
    put(there, f"models.model.{key}", value)
    settings = Params.model_validate(there)
    line = refused(lambda: refuse_others(section("model", settings)))
    assert told in line
    assert line.endswith("; `dvc repro -f` builds it anew and tracks it")


@pytest.mark.parametrize("key", ["train.C", "threshold"])
def test_what_nobody_has_chosen_was_not_auto(there: dict[str, Any], key: str) -> None:
    put(there, f"models.model.{key}", "auto")
    line = refused(lambda: refuse_others(section("model", Params.model_validate(there))))
    assert "another threshold, train.C and train.tune than models/model/choices.json" in line


SPLITS: list[dict[str, Any]] = [
    {"method": "column", "column": "side"},
    {"method": "hash", "column": "person", "test_size": 0.4, "seed": 1},
    {"method": "hash", "column": "person", "test_size": 0.4, "seed": 2},
    {"method": "hash", "column": "place", "test_size": 0.4, "seed": 2},
    {"method": "group", "column": "person", "test_size": 0.4, "stratify": True, "seed": 1},
    {"method": "group", "column": "person", "test_size": 0.4, "stratify": True, "seed": 3},
    {"method": "time", "column": "day", "test_from": "2026-01-20"},
    {"method": "time", "column": "day", "test_from": "2026-01-25"},
    {"method": "random", "test_size": 0.4, "stratify": False, "seed": 1},
    {"method": "none"},
]


@pytest.mark.parametrize("place", range(len(SPLITS)))
def test_which_rows_test_is_found_again_from_what_the_split_wrote(in_folder: Write, place: int) -> None:
    in_folder("params.yaml", "{}")
    lines = [
        f"{row},{row % 2},p{row // 2},{row // 3},2026-01-{row + 1:02},{(row % 3 and 'train') or 'test'}"
        for row in range(30)
    ]
    lines[7] = lines[7].replace("7", "", 1)  # and is dropped
    in_folder("data/raw/x.csv", "\n".join(["hours,passed,person,place,day,side", *lines]) + "\n")
    lane = students.lane(split=SPLITS[place]).model_dump(exclude={"words"})
    lane |= {"features": ["hours"], "columns": {"hours": {"missing": "drop"}}}
    in_folder("params.yaml", json.dumps({"models": {"m": lane}, "score": {}, "mlflow": {"experiment": "e"}}))
    split.main("m")
    settings = params.load().models["m"]
    lanes = [settings.model_copy(update={"split": Split(**one)}) for one in SPLITS]
    found = [_holds(_splits_so, paths.ModelPaths("m"), lane) for lane in lanes]
    assert found == [one == place for one in range(len(SPLITS))]


def test_of_a_large_table_the_page_alone_says_which_rows_test(
    there: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    put(there, "models.model.split.seed", 28)
    edited = section("model", Params.model_validate(there))
    for most, is_refused in (20, True), (19, False):
        monkeypatch.setattr(used, "MOST", most)
        with pytest.raises(Stale, match="has another split than") if is_refused else nullcontext():
            refuse_others(edited)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("models.model.data", "data/raw/exam_hours_courses.csv"),
        ("models.model_2.train.tune.seed", 1),
        ("models.model_2.evaluate.seed", 2),
        ("models.model.words.rows", 'pupils <b> & "so", 5 % of them'),
        ("score.guessed_hours.data", "data/raw/exam_hours.csv"),
        ("mlflow.experiment", "another"),
    ],
)
def test_a_parameter_that_the_page_was_not_made_with_is_named(there: dict[str, Any], key: str, value: object) -> None:
    page = paths.PAGE.read_text(encoding="utf-8")
    put(there, key, value)
    edited = Params.model_validate(there)
    line = f"{key} in params.yaml is not the one that report/index.html was built with; `dvc repro -f` builds it anew"
    assert refused(lambda: refuse_other_page(page, edited)).startswith(line)


def test_what_was_built_with_the_settings_at_hand_is_not_refused(there: dict[str, Any]) -> None:
    settings = Params.model_validate(there)
    for name in settings.models:
        refuse_others(section(name, settings))
    page = paths.PAGE.read_text(encoding="utf-8")
    refuse_other_page(page, settings)
    for key in ("models.model.split.column", "models.model.train.tune.seed"):  # of an earlier version, without them
        start = page.index(f'<tr><th scope="row">{key}</th>')
        page = page.replace(page[start : page.index("</tr>", start) + 5], "")
    refuse_other_page(page, settings)
    refuse_other_page("<p>an earlier version's, without any</p>", settings)


def test_a_penalty_of_none_is_what_model_json_calls_inf(there: dict[str, Any]) -> None:
    put(there, "models.model.train.C", float("inf"))
    of = section("model", Params.model_validate(there))
    of.model["settings"]["C"] = "inf"
    refuse_others(of)


@pytest.mark.parametrize("page_is_of_now", [False, True])
def test_no_result_is_made_of_what_dvc_commit_took_over(
    there: dict[str, Any], monkeypatch: pytest.MonkeyPatch, page_is_of_now: bool
) -> None:
    known = hashed(["model"], Params.model_validate(there))
    put(there, "models.model.split.seed", 28)
    if page_is_of_now:  # another model's setting was changed since, so that `report` has run again
        monkeypatch.setattr(result, "refuse_other_page", lambda *_: None)
    with pytest.raises(Stale, match="split" if page_is_of_now else "split.seed in params.yaml is not the one that rep"):
        collect("model", Params.model_validate(there), known, {})
