"""The training stage."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT
from sklearn.linear_model import LogisticRegression
from students import ROWS, fitted, lane
from tqdm import tqdm

from passage.base import files, progress
from passage.base.paths import ModelPaths
from stages import associate, evaluate, normalize, predict, score, split, train

Write = Callable[[str, str], Path]


def test_rows_and_iterations_are_counted() -> None:
    _, classifier = fitted()
    assert classifier.rows == len(ROWS)
    assert 1 <= classifier.iterations <= 20
    assert classifier.classes == [0, 1]


def test_how_it_was_chosen_is_no_setting_of_the_fitted_model() -> None:
    _, classifier = fitted(lane(C="auto", threshold="auto").holding(3.0, 0.4))
    assert (classifier.settings["C"], classifier.threshold) == (3.0, 0.4)
    assert "tune" not in classifier.settings


@pytest.fixture
def lesson(in_folder: Write) -> Callable[..., ModelPaths]:
    """Return a function that splits and normalizes the rows of `model_2`, with changes to its settings."""

    def prepare(*changes: tuple[str, str]) -> ModelPaths:
        before, text = (ROOT / "params.yaml").read_text(encoding="utf-8").split("  model_2:")
        for old, new in (("repeats: 10", "repeats: 1"), *changes):
            assert old in text
            text = text.replace(old, new, 1)
        in_folder("params.yaml", f"{before}  model_2:{text}")
        shutil.copytree(ROOT / "data/raw", "data/raw")
        split.main("model_2")
        normalize.main("model_2")
        return ModelPaths("model_2")

    return prepare


TUNE = "C: auto\n      tune: {C: [0.1, 1, 10], folds: 4}"


def test_the_choice_stands_beside_the_model_that_has_it(
    lesson: Callable[..., ModelPaths], capsys: pytest.CaptureFixture[str]
) -> None:
    written = lesson(("C: 1.0", TUNE), ("threshold: 0.5", "threshold: auto"))
    written.split_test.rename("hidden")  # neither the choice nor the fit looks at test rows
    train.main("model_2")
    Path("hidden").rename(written.split_test)
    chosen, model = files.read_json(written.choices), files.read_json(written.model)
    assert list(chosen) == ["C", "threshold", "tried_C", "tried_thresholds", "criterion", "folds", "cautions"]
    assert [one["C"] for one in chosen["tried_C"]] == [0.1, 1.0, 10.0]
    assert (chosen["folds"], chosen["criterion"], chosen["cautions"]) == (4, "balanced_accuracy", {})
    assert (model["settings"]["C"], model["threshold"]) == (chosen["C"], chosen["threshold"])
    printed = capsys.readouterr().out
    assert "model_2: log-odds of passed_exam per unit, normalized and in the table's own units\n" in printed
    assert "model_2: log-odds of passed_exam per unit, normalized and in the table's own units\n" in printed
    assert f"\nmodel_2: * {chosen['C']:10g} " in printed
    assert f"\nmodel_2: the threshold {chosen['threshold']:g} is chosen: balanced_accuracy" in printed
    associate.main("model_2")
    predict.main("model_2")
    evaluate.main("model_2")
    assert files.read_json(written.metrics)["chosen"] == {"C": chosen["C"], "threshold": chosen["threshold"]}
    assert (written.pictures / "C.svg").is_file()


@pytest.mark.parametrize("threshold", ["auto", "0.5"])
def test_what_is_a_number_is_not_called_chosen(lesson: Callable[..., ModelPaths], threshold: str) -> None:
    written = lesson(("threshold: 0.5", f"threshold: {threshold}"))
    for stage in (train, associate, predict, evaluate):
        stage.main("model_2")
    choices, metrics = files.read_json(written.choices), files.read_json(written.metrics)
    if threshold == "auto":
        assert (list(metrics["chosen"]), choices["tried_C"]) == (["threshold"], [])
    else:
        assert ("chosen" in metrics, choices) == (False, {})


@pytest.mark.parametrize(("limit", "solver"), [(1, "lbfgs"), (2, "newton-cholesky")])
def test_a_solver_that_is_auto_is_the_same_one_in_training_and_in_each_fold(
    lesson: Callable[..., ModelPaths],
    limit: int,
    solver: str,
    fits_made: list[LogisticRegression],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("passage.params.model.NEWTON", limit)
    written = lesson(("solver: newton-cholesky", "solver: auto"))
    for stage in (train, associate, predict, evaluate):
        stage.main("model_2")
    assert files.read_json(written.model)["settings"]["solver"] == solver
    used = [one.solver for one in fits_made if one.C == 1.0]  # what looks for separation fits without a penalty
    # the model; folds with and without each feature; those of pictures and of held_out.csv
    assert used == [solver] * (1 + 3 * 5 + 2 * 5 + 5)


def test_whatever_grows_with_a_table_says_in_a_terminal_what_it_does(
    lesson: Callable[..., ModelPaths], monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[str] = []

    def recording(steps: Any = None, desc: str = "", *arguments: Any, **settings: Any) -> Any:
        shown.append(desc)
        return tqdm(steps, desc, *arguments, **settings)

    def shown_by(stage: Any, name: str) -> list[str]:
        shown.clear()
        stage.main(name)
        return list(shown)

    monkeypatch.setattr(progress, "tqdm", recording)
    table = "data/raw/exam_hours_courses.csv"
    lesson(("C: 1.0", TUNE), ("\n  guessed_hours:\n    model: model\n", "\n  guessed_hours:\n    model: model_2\n"))
    Path("data/raw/guessed_hours.csv").write_bytes(Path(table).read_bytes())
    assert {(stage.__name__.partition(".")[2], *shown_by(stage, name)) for stage, name in MAINS} == {
        ("split", f"reading {table}", "writing data/split/model_2"),
        ("normalize", "writing data/normalized/model_2"),
        ("train", "12 fits to choose what is auto", "fitting 15 rows"),
        ("associate", "intervals of the odds", "tests of the features"),
        ("predict", "writing predictions/model_2/test.csv"),
        ("evaluate", "cross-validation", *["predicting rows held out"] * 2, "drawing pictures"),
        ("score", "reading data/raw/guessed_hours.csv", "writing predictions/score/guessed_hours.csv"),
    }


MAINS = [
    *((stage, "model_2") for stage in (split, normalize, train, associate, predict, evaluate)),
    (score, "guessed_hours"),
]
