"""Pictures on a page: part of the page's own text, in its colours, with words for those who do not see them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from passage.evaluation import palette
from passage.evaluation.vocabulary import Vocabulary
from passage.report.numbers import level
from passage.report.sentences import by_time, pairs

ORDER = ("curve", "regions", "coefficients", "C", "confusion", "roc", "calibration", "thresholds")
COLOURS = {
    "black": "currentColor",
    palette.INK: "currentColor",
    palette.LABEL: "currentColor",
    palette.PAPER: "var(--paper)",
    palette.SHADE: "var(--ground)",
    palette.VERMILION: "var(--no)",
    palette.BLUE: "var(--yes)",
    palette.GREY: "var(--grey)",
    **{region: f"var(--region-{place})" for place, region in enumerate(palette.REGIONS)},
}
COLOUR = re.compile(rf"(?<=: )(?:{'|'.join(COLOURS)})\b")


@dataclass(frozen=True)
class Figure:
    """One picture. svg: as it stands on the page. alt: what it shows, for a screen reader. caption: below it."""

    svg: str
    alt: str
    caption: str


def embedded(svg: str, name: str) -> str:
    """Return a picture of `evaluation.pictures` as an element of a page.

    Its ids begin with `name`, since ids must be unique on a page; its colours and its size are the page's to say.
    """
    start = svg.index("<svg")
    picture = re.sub(r"<metadata>.*?</metadata>\s*|<style.*?</style>\s*", "", svg[start:], flags=re.DOTALL)
    picture = re.sub(r'(<svg [^>]*?) width="[^"]*"', r"\1", re.sub(r'(<svg [^>]*?) height="[^"]*"', r"\1", picture))
    picture = re.sub(r'\bid="', f'id="{name}-', picture)
    picture = re.sub(r'(href="#|url\(#)', rf"\g<1>{name}-", picture)
    picture = re.sub(r'style="[^"]*"', lambda style: COLOUR.sub(lambda one: COLOURS[one[0]], style[0]), picture)
    # The element that holds the picture speaks for it.
    return picture.replace("<svg ", '<svg aria-hidden="true" focusable="false" ', 1)


def words_for(picture: str, metrics: Mapping[str, Any], confidence: float, words: Vocabulary) -> tuple[str, str]:
    """Return the alt text and the caption of a picture, by its name."""
    no, yes = words.classes
    test, features = metrics.get("test", {}), ", ".join(metrics["odds"])
    both = any("against" in ratios for ratios in metrics["odds"].values())
    or_else = ", or with what is named instead of what it is read against" if both else ""
    every, training, folds = f"All {words.rows}", f"Training {words.rows}", "predicted by fits that have not seen them"
    if by_time(metrics):
        every, training = f"Later {words.rows}", f"Later training {words.rows}"
        folds = "predicted by fits on earlier ones"
    match picture:
        case "curve":
            return (
                f"The {words.probability} of {words.outcome} along {features}, over the {words.rows}",
                f"The {words.probability} of {words.outcome}, and what became of the {words.rows}.",
            )
        case "regions":
            return (
                f"The {words.probability} of {words.outcome} over {features}, with the {words.rows}",
                f"Lines of equal {words.probability} of {words.outcome}; hollow marks are test {words.rows}.",
            )
        case "coefficients":
            return (
                "Odds ratios for one standard deviation of each feature with intervals; the table has the numbers",
                f"How the odds go with one standard deviation more{or_else}: the model's own estimate, and what the "
                f"rows say, with its {level(confidence)} interval. Left of 1 they are lower; what is beyond "
                "1,000 times either way is cut off.",
            )
        case "confusion":
            return (
                f"Of {no}, {test['true_negatives']} predicted {no} and {test['false_positives']} {yes}; of {yes}, "
                f"{test['false_negatives']} predicted {no} and {test['true_positives']} {yes}",
                f"Test {words.rows}: what was predicted, and what became of them.",
            )
        case "roc":
            return (
                f"ROC curve of the test {words.rows}, area {test['roc_auc']:.3g} (of {pairs(test):,} pairs)",
                "Each threshold is a point of the curve; the area below it is the chance that, of one row of each "
                f"class, the right one gets the greater {words.probability}.",
            )
        case "calibration":
            return (
                f"Share of {yes} among {words.rows} of like predicted {words.probability}",
                f"{every}, {folds}: on the dotted line, a {words.probability} is the share that it says. "
                f"Each mark says how many of its {words.rows} are {yes}.",
            )
        case "thresholds":
            return (
                "Accuracy, precision and recall over thresholds",
                f"{training}, {folds}: what another threshold would do.",
            )
        case _:
            return (
                "Log loss over the values of C that were tried, with standard errors",
                "The strongest penalty (least C) within one standard error of the best was chosen.",
            )
