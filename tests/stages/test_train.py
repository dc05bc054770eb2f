"""The training stage."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import ROOT
from students import ROWS, fitted, lane

from passage import files
from passage.paths import Lane
from stages import associate, evaluate, normalize, predict, split, train

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
def lesson(in_folder: Write) -> Callable[..., Lane]:
    """Return a function that splits and normalizes the rows of `model_2`, with changes to its settings."""

    def prepare(*changes: tuple[str, str]) -> Lane:
        before, text = (ROOT / "params.yaml").read_text(encoding="utf-8").split("  model_2:")
        for old, new in (("repeats: 10", "repeats: 1"), *changes):
            assert old in text
            text = text.replace(old, new, 1)
        in_folder("params.yaml", f"{before}  model_2:{text}")
        shutil.copytree(ROOT / "data/raw", "data/raw")
        split.main("model_2")
        normalize.main("model_2")
        return Lane("model_2")

    return prepare


TUNE = "C: auto\n      tune: {C: [0.1, 1, 10], folds: 4}"


def test_the_choice_stands_beside_the_model_that_has_it(
    lesson: Callable[..., Lane], capsys: pytest.CaptureFixture[str]
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
    assert f"\nmodel_2: * {chosen['C']:10g} " in printed
    assert f"\nmodel_2: the threshold {chosen['threshold']:g} is chosen: balanced_accuracy" in printed
    associate.main("model_2")
    predict.main("model_2")
    evaluate.main("model_2")
    assert files.read_json(written.metrics)["chosen"] == {"C": chosen["C"], "threshold": chosen["threshold"]}
    assert (written.pictures / "C.svg").is_file()


def test_what_is_a_number_is_not_called_chosen(lesson: Callable[..., Lane]) -> None:
    written = lesson(("threshold: 0.5", "threshold: auto"))
    train.main("model_2")
    associate.main("model_2")
    predict.main("model_2")
    evaluate.main("model_2")
    assert list(files.read_json(written.metrics)["chosen"]) == ["threshold"]
    assert files.read_json(written.choices)["tried_C"] == []


def test_where_nothing_is_auto_the_choices_are_empty(lesson: Callable[..., Lane]) -> None:
    written = lesson()
    train.main("model_2")
    associate.main("model_2")
    predict.main("model_2")
    evaluate.main("model_2")
    assert files.read_json(written.choices) == {}
    assert "chosen" not in files.read_json(written.metrics)
