"""What the training rows say of each feature, in words: of association, not of cause."""

import math
from collections.abc import Mapping
from typing import Any

from passage.base.wording import listed
from passage.evaluation.odds import estimate
from passage.evaluation.vocabulary import Vocabulary
from passage.model.design import Column
from passage.report.numbers import level, number, times

STRONGEST = 3  # features that an answer speaks of
LEAST_SPREAD, GREATEST_SPREAD = 0.3, 50  # standard deviations (units) with which a unit is a step worth a sentence


def odds(metrics: Mapping[str, Any], confidence: float, words: Vocabulary) -> dict[str, str]:
    """Return for each column of the design table one sentence on its odds, as the rows have them."""
    several = len({words.column(name).feature for name in metrics["odds"]}) > 1
    return {name: _odds(name, ratios, confidence, words, several) for name, ratios in metrics["odds"].items()}


def _odds(feature: str, ratios: Mapping[str, Any], confidence: float, words: Vocabulary, several: bool) -> str:
    column, by = words.column(feature), step(ratios)
    numbers = ratios[by]
    if (ratio := estimate(numbers)) is None and not ("group" in ratios and numbers.keys() & {"low", "high"}):
        return f"What {feature} is worth on its own, these {words.rows} cannot say."
    more, others = words.more(feature), ""
    if column.against:
        more, others = _against(column)
    elif by == "per_standard_deviation":
        more = f"with {feature} higher by one standard deviation"
    if ratio is None:
        found, told = f"{one_end(numbers)} times the odds", f"one end of the {level(confidence)} interval"
        because = f": {_group(column, ratios['group'], words)}"
    else:
        found, told, because = times_the_odds(ratio), f"{level(confidence)}: {interval(numbers)}", ""
    equal = "Other features being equal, " if several else ""
    sentence = f"{equal}{words.rows} {more} had {found} of {words.outcome}{others} ({told}){because}."
    return sentence[0].upper() + sentence[1:]


def step(ratios: Mapping[str, Any]) -> str:
    """Return which step the odds of a column are told for: a unit, unless rows differ by much more or less."""
    of_a_size = LEAST_SPREAD <= ratios["standard_deviation"] <= GREATEST_SPREAD
    return "per_unit" if of_a_size or "against" in ratios else "per_standard_deviation"


def times_the_odds(ratio: float) -> str:
    """Return what an odds ratio says; nobody had "1 times the odds"."""
    return "about the same odds" if times(ratio) == "1" else f"{times(ratio)} times the odds"


def one_end(ratios: Mapping[str, float]) -> str:
    """Return what the one known end of an interval says."""
    return f"at most {number(ratios['high'])}" if "high" in ratios else f"at least {number(ratios['low'])}"


def _group(column: Column, group: Mapping[str, Any], words: Vocabulary) -> str:
    """Return which rows are of one class."""
    if not column.against:
        of = f"with {column.feature} {number(group['value'])}"
    elif column.kind == "category":
        of = f"of {column.feature} {column.value if group['value'] else column.against}"
    else:
        of = f"{'with' if group['value'] else 'without'} {column.feature}"
    return f"of the {group['rows']:,} {words.rows} {of}, {group_size(group)} counts as {words.classes[1]}"


def group_size(group: Mapping[str, Any]) -> str:
    """Return how many rows of a group of one class are of class 1."""
    return "each one" if group["positive"] else "none"


def _against(column: Column) -> tuple[str, str]:
    """Return what sets the rows with a 1 in a column of 0 and 1 apart, and whom they are compared with."""
    name = column.feature
    match column.kind:
        case "category":
            return f"of {name} {column.value}", f", compared with those of {name} {column.against}"
        case _:
            return f"with {name}", f", compared with those without {name}"


def interval(ratios: Mapping[str, float]) -> str:
    """Return the interval of an odds ratio; an end that is not known is out of all proportion."""
    return f"{times(ratios.get('low', 0.0))} to {times(ratios.get('high', math.inf))}"


def why_two(model: Mapping[str, Any], association: Mapping[str, Any]) -> str:
    """Return why the model's own odds ratio and the one with an interval are not the same."""
    C = model["settings"]["C"]  # noqa: N806 (scikit-learn's name)
    weighted = model["settings"].get("class_weight") == "balanced"
    weighs = " Its fit weighs both classes the same, which the ones with an interval do not." if weighted else ""
    if C == "inf":
        few = "" if "method" in association else ", whose intervals hold the truth with few rows, too"
        return (
            f"The model has no penalty; the odds above, with the intervals, are Firth's (bias-reduced){few}.{weighs}"
            f"{_ends_without_search(association)}"
        )
    return (
        f"Why the table has two odds ratios: a penalty (C = {C:g}) holds the model's coefficients back, which helps "
        "predictions from few rows but makes them no measure of the association. The ones with an interval are "
        "Firth's (bias-reduced), which are not held back in this way: they say how the outcome went with the feature "
        f"among the training rows, not what would happen if somebody changed it.{weighs}"
        f"{_ends_without_search(association)}"
    )


def _ends_without_search(association: Mapping[str, Any]) -> str:
    if association.get("method") != "firth-wald":
        return ""
    but = (
        f", but for those of {listed(names)}, of which few rows tell" if (names := association.get("profiled")) else ""
    )
    return (
        f" The intervals are worked out from the likelihood's derivatives at the estimate{but}: a search "
        "for each would take too long."
    )


def strongest(metrics: Mapping[str, Any], count: int = STRONGEST) -> list[str]:
    """Return the columns that change the model's odds most, for one standard deviation each."""
    ratios = {
        feature: ratio["per_standard_deviation"].get("odds_ratio", 1.0) for feature, ratio in metrics["odds"].items()
    }
    return sorted(ratios, key=lambda feature: -max(ratios[feature], 1 / ratios[feature]))[:count]
