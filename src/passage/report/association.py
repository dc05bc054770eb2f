"""What the training rows say of each feature, in words: of association, not of cause."""

import math
from collections.abc import Mapping
from typing import Any

from passage.base.wording import listed
from passage.evaluation.odds import estimate
from passage.evaluation.vocabulary import Vocabulary
from passage.model.design import Column
from passage.report.numbers import level, number, times

LEAST_SPREAD, GREATEST_SPREAD = 0.3, 50  # standard deviations (units) with which a unit is a step worth a sentence


def odds(name: str, metrics: Mapping[str, Any], confidence: float, words: Vocabulary) -> str:
    """Return one sentence on the odds of a column of the design table, as the rows have them."""
    ratios, column = metrics["odds"][name], words.column(name)
    numbers = ratios[by := step(ratios)]
    if (ratio := estimate(numbers)) is None and not ("group" in ratios and numbers.keys() & {"low", "high"}):
        return f"What {name} is worth on its own, these {words.rows} cannot say."
    more, others = words.more(name), ""
    if column.kind == "category":
        more = f"of {column.feature} {column.value}"
        others = f", compared with those of {column.feature} {column.against}"
    elif column.against:
        more, others = f"with {column.feature}", f", compared with those without {column.feature}"
    elif by == "per_standard_deviation":
        more = f"with {name} higher by one standard deviation"
    if ratio is None:
        end = f"at most {number(numbers['high'])}" if "high" in numbers else f"at least {number(numbers['low'])}"
        found, told = f"{end} times the odds", f"one end of the {level(confidence)} interval"
        because = f": {_group(column, ratios['group'], words)}"
    else:  # nobody had "1 times the odds", and an end that is not known is out of all proportion
        found = "about the same odds" if times(ratio) == "1" else f"{times(ratio)} times the odds"
        low, high = times(numbers.get("low", 0.0)), times(numbers.get("high", math.inf))
        told, because = f"{level(confidence)}: {low} to {high}", ""
    several = len({words.column(other).feature for other in metrics["odds"]}) > 1
    equal = "Other features being equal, " if several else ""
    sentence = f"{equal}{words.rows} {more} had {found} of {words.outcome}{others} ({told}){because}."
    return sentence[0].upper() + sentence[1:]


def step(ratios: Mapping[str, Any]) -> str:
    """Return which step the odds of a column are told for: a unit, unless rows differ by much more or less."""
    of_a_size = LEAST_SPREAD <= ratios["standard_deviation"] <= GREATEST_SPREAD
    return "per_unit" if of_a_size or "against" in ratios else "per_standard_deviation"


def _group(column: Column, group: Mapping[str, Any], words: Vocabulary) -> str:
    """Return which rows are of one class."""
    if not column.against:
        of = f"with {column.feature} {number(group['value'])}"
    elif column.kind == "category":
        of = f"of {column.feature} {column.value if group['value'] else column.against}"
    else:
        of = f"{'with' if group['value'] else 'without'} {column.feature}"
    each = "each one" if group["positive"] else "none"
    return f"of the {group['rows']:,} {words.rows} {of}, {each} counts as {words.classes[1]}"


def why_two(model: Mapping[str, Any], association: Mapping[str, Any]) -> str:
    """Return why the model's own odds ratio and the one with an interval are not the same."""
    C = model["settings"]["C"]  # noqa: N806 (scikit-learn's name)
    weighted = model["settings"].get("class_weight") == "balanced"
    said = " Its fit weighs both classes the same, which the ones with an interval do not." if weighted else ""
    if association.get("method") == "firth-wald":
        names = association.get("profiled")
        but = f", but for those of {listed(names)}, of which few rows tell" if names else ""
        said += (
            f" The intervals are worked out from the likelihood's derivatives at the estimate{but}: a search "
            "for each would take too long."
        )
    if C == "inf":
        few = "" if "method" in association else ", whose intervals hold the truth with few rows, too"
        return f"The model has no penalty; the odds above, with the intervals, are Firth's (bias-reduced){few}.{said}"
    return (
        f"Why the table has two odds ratios: a penalty (C = {C:g}) holds the model's coefficients back, which helps "
        "predictions from few rows but makes them no measure of the association. The ones with an interval are "
        "Firth's (bias-reduced), which are not held back in this way: they say how the outcome went with the feature "
        f"among the training rows, not what would happen if somebody changed it.{said}"
    )


def strongest(metrics: Mapping[str, Any]) -> list[str]:
    """Return the columns, that which changes the model's odds most for one standard deviation first."""
    ratios = {
        feature: ratio["per_standard_deviation"].get("odds_ratio", 1.0) for feature, ratio in metrics["odds"].items()
    }
    return sorted(ratios, key=lambda feature: -max(ratios[feature], 1 / ratios[feature]))
