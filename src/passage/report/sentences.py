"""What a model's numbers say, in words: of association, not of cause.

It takes what the files hold (metrics/NAME.json and models/NAME/) and rounds it for reading.
"""

import math
from collections.abc import Iterable, Mapping
from typing import Any

from passage.association.estimates import estimator
from passage.base.wording import listed, verb
from passage.evaluation.odds import estimate
from passage.evaluation.vocabulary import Vocabulary
from passage.model.design import Column

STRONGEST = 3  # features that an answer speaks of
ALL_TOLD = 30  # columns up to which each has a sentence of its own
MOST_TOLD = 12  # that have, of more
LEAST_SPREAD, GREATEST_SPREAD = 0.3, 50  # standard deviations (units) with which a unit is a step worth a sentence
LEAST_P = 0.0001  # p-values below it are told as that
MOST = 1000.0  # times the odds; whatever is above is told as that


def accuracy(metrics: Mapping[str, Any], confidence: float, words: Vocabulary) -> str:
    """Return how many test rows were predicted right, and what that is worth."""
    test, rows = metrics.get("test"), metrics["rows"]
    if not test:
        return f"No {words.rows} test; of the {rows['train']:,} training ones, {right(metrics)} are predicted right."
    found = f"{right(metrics)} of {rows['test']:,} test {words.rows} {verb('is', right(metrics))} predicted right"
    return (
        f"{found} ({share(test['accuracy'])}): of all {words.rows} like these, it would be "
        f"{share(test['accuracy_low'])} to {share(test['accuracy_high'])} ({level(confidence)} interval, if they are "
        "independent of each other). Always predicting the more frequent class would have been right for "
        f"{share(test['baseline_accuracy'])}."
    )


def meaning(metrics: Mapping[str, Any], confidence: float, words: Vocabulary) -> list[str]:
    """Return for each column of the design table what its odds are, and for each feature what it tells.

    Of more than ALL_TOLD columns, the MOST_TOLD with the greatest normalized coefficients, and how many more there are.
    """
    of_odds, of_features = odds(metrics, confidence, words), (verdicts(metrics, confidence, words), worth(metrics))
    if (count := len(of_odds)) > ALL_TOLD:
        strongest = sorted(of_odds, key=lambda name: -abs(metrics["coefficients"][name]))[:MOST_TOLD]
        of_odds = {name: of_odds[name] for name in strongest}
    last = {words.column(name).feature: name for name in of_odds}  # of a feature's columns, for what it tells
    told = {name: [of.get(feature) for of in of_features] for feature, name in last.items()}
    sentences = [" ".join(filter(None, [sentence, *told.get(name, [])])) for name, sentence in of_odds.items()]
    more = f"These are the greatest coefficients; the table has {count - len(of_odds)} more."
    return sentences + [more] * (count > len(of_odds))


def right(metrics: Mapping[str, Any]) -> str:
    """Return how many test rows were predicted right, or which share of the training rows where there are none."""
    if test := metrics.get("test"):
        return f"{test['true_negatives'] + test['true_positives']:,}"
    return share(metrics["train"]["accuracy"])


def cross_validated(metrics: Mapping[str, Any], words: Vocabulary) -> str:
    """Return what the cross-validation came to; nothing where there is none."""
    if not (found := metrics.get("cross_validation")):
        return ""
    total, folds = f"{metrics['rows']['train'] + metrics['rows']['test']:,} {words.rows}", found["folds"]
    if "drawn" in found:
        total = f"{found['drawn']:,} {words.rows}, drawn by chance from {total},"
    chosen = " and ".join(metrics.get("chosen", {}))  # from other rows than those it is judged by
    if by_time(metrics):
        how = f"the {found['rows']:,} later ones of {total} are predicted, stretch by stretch, by fits on earlier ones"
        how += f" that have chosen their {chosen} from those" if chosen else ""
        over = f"{folds} stretches"
    else:
        how = f"each of {'' if 'drawn' in found else 'all '}{total} is predicted by a fit that has not seen it"
        how += f" and that has chosen its {chosen} without it" if chosen else ""
        over = f"{found['repeats']} repeats of {folds} folds"
    if once(metrics):
        return f"When {how}, {share(found['accuracy'])} are predicted right (in one repeat, which has no spread)."
    return (
        f"When {how}, {share(found['accuracy'])} are predicted right ({share(found['accuracy_least'])} to "
        f"{share(found['accuracy_greatest'])} over {over}: a spread, not an interval)."
    )


def by_time(metrics: Mapping[str, Any]) -> bool:
    """Return whether the cross-validation predicted later rows from earlier ones alone."""
    return "rows" in metrics.get("cross_validation", {})


def once(metrics: Mapping[str, Any]) -> bool:
    """Return whether the cross-validation has a single part, and so no spread."""
    return not by_time(metrics) and metrics.get("cross_validation", {}).get("repeats") == 1


def parts(metrics: Mapping[str, Any]) -> str:
    """Return over what the cross-validation has a spread."""
    return "stretches" if by_time(metrics) else "repeats"


def odds(metrics: Mapping[str, Any], confidence: float, words: Vocabulary) -> dict[str, str]:
    """Return for each column of the design table one sentence on its odds, as the rows have them."""
    several = len({words.column(name).feature for name in metrics["odds"]}) > 1
    return {name: _odds(name, ratios, confidence, words, several) for name, ratios in metrics["odds"].items()}


def _odds(feature: str, ratios: Mapping[str, Any], confidence: float, words: Vocabulary, several: bool) -> str:
    of_a_size = LEAST_SPREAD <= ratios["standard_deviation"] <= GREATEST_SPREAD
    column = words.column(feature)
    step = "per_unit" if of_a_size or column.against else "per_standard_deviation"
    numbers = ratios[step]
    if (ratio := estimate(numbers)) is None and not ("group" in ratios and numbers.keys() & {"low", "high"}):
        return f"What {feature} is worth on its own, these {words.rows} cannot say."
    more, others = words.more(feature), ""
    if column.against:
        more, others = _against(column)
    elif step == "per_standard_deviation":
        more = f"with {feature} higher by one standard deviation"
    if ratio is None:
        found, told = one_end(numbers), f"one end of the {level(confidence)} interval"
        because = f": {_group(column, ratios['group'], words)}"
    else:
        found, told, because = times(ratio), f"{level(confidence)}: {interval(numbers)}", ""
    equal = "Other features being equal, " if several else ""
    sentence = f"{equal}{words.rows} {more} had {found} times the odds of {words.outcome}{others} ({told}){because}."
    return sentence[0].upper() + sentence[1:]


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
    C, whose = model["settings"]["C"], estimator(association)  # noqa: N806 (scikit-learn's name)
    if C == "inf" and whose != "Firth":
        return "The model has no penalty; the odds above, with the intervals, are its own."
    if C == "inf":
        return (
            "The model has no penalty; the odds above, with the intervals, are Firth's (bias-reduced), whose intervals "
            f"hold the truth with few rows, too.{_wald_ends(association)}"
        )
    theirs = "Firth's (bias-reduced)" if whose == "Firth" else f"those of {whose}"
    return (
        f"Why the table has two odds ratios: a penalty (C = {C:g}) holds the model's coefficients back, which helps "
        "predictions from few rows but makes them no measure of the association. The ones with an interval are "
        f"{theirs}, which are not held back in this way: they say how the outcome went with the feature among the "
        f"training rows, not what would happen if somebody changed it.{_wald_ends(association)}"
    )


def _wald_ends(association: Mapping[str, Any]) -> str:
    if association.get("method") != "firth-wald":
        return ""
    but = (
        f", but for those of {listed(names)}, of which few rows tell" if (names := association.get("profiled")) else ""
    )
    return (
        f" The intervals are Wald's, from the estimate and its standard error{but}: to search for the profile's would "
        "take minutes to hours."
    )


def verdicts(metrics: Mapping[str, Any], confidence: float, words: Vocabulary) -> dict[str, str]:
    """Return for each feature one sentence on whether it tells something beyond the others.

    It is said to where chance alone would say so of any useless feature at all in 1 - `confidence` of tables.
    """
    tests = metrics.get("significance", {})
    return {feature: _verdict(feature, test, len(tests), confidence, words) for feature, test in tests.items()}


def _verdict(feature: str, test: Mapping[str, float], count: int, confidence: float, words: Vocabulary) -> str:
    beyond, by = ("Beyond the other features, ", ", by Holm's step") if count > 1 else ("", "")
    found = f"({p_value(test['p_value_holm'])}{by})"
    if test["p_value_holm"] < 1 - confidence:
        return f"{beyond}{feature} goes with {words.outcome} {found}."
    other = " beyond the other features" if count > 1 else ""
    return f"Whether {feature} goes with {words.outcome}{other}, these {words.rows} do not tell {found}."


def worth(metrics: Mapping[str, Any]) -> dict[str, str]:
    """Return for each feature one sentence on the log loss without it; nothing without a cross-validation."""
    without = metrics.get("cross_validation", {}).get("without", {})
    over = "" if once(metrics) else parts(metrics)
    return {feature: _worth(feature, one, over) for feature, one in without.items()}


def _worth(feature: str, one: Mapping[str, float], over: str) -> str:
    """Return the sentence. over: of what the differences are a spread; nothing where there is one difference alone."""
    least, difference, greatest = (one[name] for name in ("difference_least", "difference", "difference_greatest"))
    changes, sign = ("falls", -1) if difference < 0 else ("rises", 1)
    least, greatest = sorted([sign * least, sign * greatest])
    spread = f" ({number(least)} to {number(greatest)} over the {over}: a spread)" if over else ""
    return f"Without {feature} the cross-validated log loss {changes} by {number(abs(difference))}{spread}."


def strongest(metrics: Mapping[str, Any]) -> list[str]:
    """Return the features that change the model's odds most, for one standard deviation each."""
    ratios = {
        feature: ratio["per_standard_deviation"].get("odds_ratio", 1.0) for feature, ratio in metrics["odds"].items()
    }
    return sorted(ratios, key=lambda feature: -max(ratios[feature], 1 / ratios[feature]))[:STRONGEST]


def answer(metrics: Mapping[str, Any], confidence: float, words: Vocabulary, beware: Iterable[str]) -> str:
    """Return one model's answer in one paragraph. beware: the cautions, as sentences without a full stop."""
    of_odds, of_features = odds(metrics, confidence, words), verdicts(metrics, confidence, words)
    told = [feature for feature in metrics["odds"] if feature in strongest(metrics)]
    parts = [accuracy(metrics, confidence, words)]
    parts += [of_odds[feature] for feature in told]
    features = dict.fromkeys(words.column(name).feature for name in told)
    if len(of_features) > 1:
        parts += [of_features[feature] for feature in features if feature in of_features]
    parts += [f"Beware: {caution}." for caution in beware]
    return " ".join(filter(None, parts))


def short(metrics: Mapping[str, Any], confidence: float, words: Vocabulary) -> str:
    """Return one model's answer in a line."""
    test = metrics.get("test")
    worth_of_it = f", which is worth {share(test['accuracy_low'])} to {share(test['accuracy_high'])}" if test else ""
    of = f"{metrics['rows']['test']:,} test" if test else f"{metrics['rows']['train']:,} training"
    of_odds = odds(metrics, confidence, words)[strongest(metrics)[0]]
    return f"{right(metrics)} of {of} {words.rows} predicted right{worth_of_it}. {of_odds}"


def share(value: float) -> str:
    """Return a share in percent; only what is all or nothing is 100 % or 0 %."""
    percent = round(100 * value)
    if percent in (0, 100) and value not in (0, 1):
        return "over 99 %" if percent else "under 1 %"
    return f"{percent} %"


def p_value(value: float) -> str:
    """Return a p-value with the digits that are of use."""
    return f"p = {value:.2g}" if value >= LEAST_P else f"p under {LEAST_P:g}"


def level(confidence: float) -> str:
    """Return how often an interval is to hold the truth, in percent."""
    return f"{confidence * 100:g} %"


def times(ratio: float) -> str:
    """Return an odds ratio with three significant digits; what is out of all proportion is told as that."""
    if ratio > MOST:
        return f"over {MOST:,.0f}"
    return f"under {1 / MOST:g}" if ratio < 1 / MOST else number(ratio)


def number(value: float) -> str:
    """Return `value` with three significant digits."""
    return f"{value:.3g}"
