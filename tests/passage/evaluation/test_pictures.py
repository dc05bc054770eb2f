"""The pictures: the same bytes each time, letters as letters, and what is in them comes from the numbers."""

import re
from typing import cast

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
import students
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.transforms import Bbox

from passage.association.associate import associate
from passage.evaluation import gallery, pictures
from passage.evaluation.vocabulary import vocabulary
from passage.model.classifier import Model
from passage.model.preparation import fit
from passage.model.sides import Sides
from passage.params.model import ModelSettings, Words
from stages import evaluate

WORDS = vocabulary(students.lane(), (0, 1))
SHARES = ["accuracy", "precision", "recall"]
SIDES = Sides(students.ROWS, students.ROWS.iloc[[0, 6, 7]].assign(hours=[4, 5, 6]), "passed")


def drawn(settings: ModelSettings, sides: Sides = SIDES) -> dict[str, str]:
    model = Model(fit(students.ROWS, settings), *students.fitted(settings))
    assert isinstance(sides.test, pd.DataFrame)
    test = sides.test.rename(columns={"passed": "actual"})
    predictions = test.join(model.predict(test))
    known = associate(students.ROWS[settings.features], students.ROWS["passed"].to_numpy(), 0.95).content()
    files = {"association": known, "choices": {}, "dropped": {}}
    metrics = evaluate.evaluate(sides, predictions, 1.0, model, files, settings)
    return gallery.show(sides, predictions, model, metrics, files, settings, "model")[1]


def letters(svg: str) -> list[str]:
    return re.findall(r">([^<>]+)</text>", svg)


def test_a_model_of_two_features_has_its_pictures_with_the_same_bytes_each_time() -> None:
    one, other = drawn(students.lane()), drawn(students.lane())
    assert set(one) == {"regions", "confusion", "roc", "calibration", "thresholds"}
    assert one == other
    for svg in one.values():
        assert "<image" not in svg, "pixels"
        assert "dc:date" not in svg
        assert letters(svg), "letters must stay letters"


def test_without_test_rows_nothing_is_drawn_of_them() -> None:
    sides = Sides(students.ROWS, students.ROWS.iloc[:0], "passed")
    assert set(drawn(students.lane(), sides)) == {"regions", "calibration", "thresholds"}


def test_a_feature_that_is_one_vast_number_still_has_an_axis() -> None:
    scaler, classifier = students.fitted()
    rows = students.ROWS.rename(columns={"passed": "actual"}).assign(hours=2**60, **{pictures.SIDE: "training"})
    assert letters(pictures.svg(pictures.regions(rows, classifier, scaler, WORDS)))  # a warning would be an error


@pytest.mark.parametrize("rows", [20, 301, 100_000])
def test_a_curve_over_few_rows_has_a_mark_for_each_and_over_many_has_bins_and_says_so(rows: int) -> None:
    settings = students.lane().model_copy(update={"features": ["hours"]})
    classifier = students.fitted()[1]
    table = pd.DataFrame({"hours": np.arange(rows) % 19, "actual": np.arange(rows) % 2, pictures.SIDE: "training"})
    points = pd.DataFrame({"value": [0, 19], "probability": [0.1, 0.9]})
    svg = pictures.svg(pictures.curve(points, table, classifier, vocabulary(settings, (0, 1))))
    assert len(svg) < 60_000
    binned = [text for text in letters(svg) if "bins of all" in text]
    assert binned == ([] if rows == 20 else [f"share in 18 bins of all {rows:,} rows"])


def test_a_sample_of_many_rows_is_called_one() -> None:
    scaler, classifier = students.fitted()
    many = pd.concat([students.ROWS.rename(columns={"passed": "actual"})] * 50, ignore_index=True)
    svg = pictures.svg(pictures.regions(many.assign(**{pictures.SIDE: "training"}), classifier, scaler, WORDS))
    assert "300 of 400 rows, drawn by chance" in letters(svg)


def test_an_interval_out_of_all_proportion_ends_where_the_picture_does() -> None:
    rows = pd.DataFrame({"feature": ["a", "b"], "odds_ratio": 2.0, "firth": 3.0, "low": 1.1, "high": [9.0, 1e9]})
    svg = pictures.svg(pictures.coefficients(rows, 0.9, WORDS))
    assert "Firth, 90 % interval" in letters(svg)
    assert not [text for text in letters(svg) if "e+" in text]


def test_an_estimate_is_drawn_as_far_as_the_picture_reaches() -> None:
    assert pictures._within_reach(pd.Series([0.0009, 0.001, 1000.0, 1001.0])).notna().tolist() == [
        False,
        True,
        True,
        False,
    ]


def test_an_estimate_out_of_all_proportion_does_not_widen_the_picture() -> None:
    rows = pd.DataFrame({"feature": ["a", "b"], "odds_ratio": 2.0, "firth": [3.0, 1e-9], "low": 1e-12, "high": 9.0})
    axes = Figure().add_subplot()
    pictures.coefficients(rows, 0.95, WORDS)(axes)
    assert axes.get_xlim()[0] > 1e-4


def test_one_known_end_is_drawn_from_where_the_picture_begins_and_nothing_known_is_not() -> None:
    rows = pd.DataFrame({"feature": ["a", "b"], "odds_ratio": 2.0, "high": [5.4, np.nan]})
    axes = Figure().add_subplot()
    pictures.coefficients(rows, 0.95, WORDS)(axes)
    drawn = [np.ravel(path.vertices).tolist() for lines in axes.collections for path in lines.get_paths()]
    assert [line for line in drawn if np.isfinite(line).all() and line] == [[0.001, 1.0, 5.4, 1.0]]
    pictures.coefficients(rows.drop(columns="high"), 0.95, WORDS)(axes := Figure().add_subplot())
    assert not axes.collections


def test_a_name_is_text_not_mathematics_or_markup_and_is_cut_where_it_is_long() -> None:
    rows = pd.DataFrame({"feature": ["$x^2$", "<b>", "n" * 200], "odds_ratio": 2.0})
    found = letters(pictures.svg(pictures.coefficients(rows, 0.95, WORDS)))
    assert {"$x^2$", "&lt;b&gt;", "n" * 23 + "…"} <= set(found)


def test_the_counts_of_the_confusion_matrix_stand_in_its_cells() -> None:
    found = letters(pictures.svg(pictures.confusion([1, 22, 333, 4444], WORDS)))
    assert {"1", "22", "333", "4,444"} <= set(found)


def test_the_curve_of_c_has_the_chosen_one_in_its_legend() -> None:
    tried = [{"C": C, "log_loss": 0.5, "standard_error": 0.1} for C in (0.1, 1.0, 10.0)]
    assert "chosen: 0.1" in letters(pictures.svg(pictures.tried_C(tried, 0.1)))


def pictures_of(no: str, yes: str, feature: str) -> dict[str, pictures.Draw]:
    """Return pictures of a model whose labels and features are called so."""
    words = vocabulary(students.lane().model_copy(update={"words": Words(classes=[no, yes], outcome=yes)}), (0, 1))
    odds = pd.DataFrame({"feature": [feature, "b"], "odds_ratio": 2.0, "firth": 3.0, "low": 1.1, "high": 9.0})
    rates = pd.DataFrame({"false_positive_rate": [0.0, 1.0], "true_positive_rate": [0.0, 1.0]})
    shares = pd.DataFrame({"probability": [0.1, 0.9], "share": [0.1, 0.9], "rows": [7, 8]})
    points = pd.DataFrame({"value": [1, 12], "probability": [0.1, 0.9]})
    rows = pd.concat([students.ROWS.rename(columns={"passed": "actual"})] * 2, ignore_index=True)
    rows[pictures.SIDE] = ["training", "test"] * students.ROWS.shape[0]
    return {
        "confusion": pictures.confusion([38, 0, 0, 17], words),
        "coefficients": pictures.coefficients(odds, 0.95, words),
        "roc": pictures.roc(rates, 0.5, 646, words),
        "calibration": pictures.calibration(shares, words),
        "curve": pictures.curve(points, rows, students.fitted()[1], words),
        "thresholds": pictures.thresholds(pd.DataFrame(0.5, [0, 1], ["threshold", *SHARES]), 0.5),
    }


def test_the_axes_say_what_is_counted_of_which_rows() -> None:
    labels = {}
    for picture, draw in pictures_of("failed", "passed", "a").items():
        draw(axes := Figure().add_subplot())
        labels[picture] = [" ".join(label.split()) for label in (axes.get_xlabel(), axes.get_ylabel())]
        if picture in ("curve", "thresholds"):
            assert axes.get_ylim() == (-0.05, 1.05)
    assert labels == {
        "confusion": ["predicted", "actual"],
        "coefficients": ["times the odds for one standard deviation more", ""],
        "roc": ["share of failed predicted passed", "share of passed predicted passed"],
        "calibration": ["mean probability of passed", "share of passed"],
        "curve": ["hours", "probability of passed"],
        "thresholds": ["threshold", "share"],
    }


@pytest.mark.parametrize(("rows", "said"), [((7, 7), "7 rows"), ((7, 1234), "7 to 1,234 rows")])
def test_bins_say_how_many_rows_they_are_of(rows: tuple[int, int], said: str) -> None:
    shares = pd.DataFrame({"probability": [0.1, 0.9], "share": [0.1, 0.9], "rows": rows})
    pictures.calibration(shares, WORDS)(axes := Figure().add_subplot())
    assert f"{WORDS.model}, in 2 bins of {said}" in [line.get_label() for line in axes.get_lines()]


@pytest.mark.parametrize(("count", "title"), [(12, ""), (13, "the strongest 12 of 13")])
def test_a_picture_that_leaves_features_out_says_so(count: int, title: str) -> None:
    rows = pd.DataFrame({"feature": [f"x{place}" for place in range(count)], "odds_ratio": 2.0})
    pictures.coefficients(rows, 0.95, WORDS)(axes := Figure().add_subplot())
    assert axes.get_title() == title


@pytest.mark.parametrize("picture", pictures_of("no", "yes", "a"))
@pytest.mark.parametrize(
    ("no", "yes", "feature"),
    [
        ("failed", "passed", "hours_studied"),
        ("species = Adelie", "species = Chinstrap", "flipper_length_mm"),
        ("the customer stayed with us " * 7, "went away for good " * 10, "what_was_paid_last_month_" * 8),
        ("n" * 200, "y" * 200, "f" * 200),
    ],
)
def test_no_letters_are_cut_off_or_lie_on_others(picture: str, no: str, yes: str, feature: str) -> None:
    seen: list[Axes] = []

    def watched(axes: Axes) -> None:
        pictures_of(no, yes, feature)[picture](axes)
        seen.append(axes)

    pictures.svg(watched)
    axes, figure = seen[0], cast(Figure, seen[0].figure)
    figure.set_layout_engine("none")  # it stays as it was written, at 72 dots per inch
    figure.set_dpi(72)
    texts = [axes.xaxis.label, axes.yaxis.label, *(text for legend in figure.legends for text in legend.get_texts())]
    for ticks, (least, greatest) in ((axes.xaxis, axes.get_xlim()), (axes.yaxis, sorted(axes.get_ylim()))):
        places = zip(ticks.get_ticklocs(), ticks.get_ticklabels(), strict=True)
        texts += [text for place, text in places if least <= place <= greatest]
    with mpl.rc_context({"text.hinting": "none"}):
        figure.draw_without_rendering()
        boxes = [(text.get_text(), text.get_window_extent()) for text in texts if text.get_text()]
    assert len(boxes) >= 6
    width, height = figure.bbox.size
    inside = Bbox.from_extents(-1, -1, width + 1, height + 1)
    assert [text for text, box in boxes if not np.allclose(Bbox.union([box, inside]).extents, inside.extents)] == []
    ends = [box.padded(-1) for _, box in boxes]
    assert [box.count_overlaps(ends) for box in ends] == [1] * len(ends)
