"""Where not to believe a model: one plain sentence for each reason, by its kind."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from passage.base import parquet
from passage.base.parquet import Table
from passage.base.rounding import more
from passage.base.wording import listed, verb
from passage.evaluation import duplicates
from passage.model.classifier import Classifier
from passage.model.design import MISSING
from passage.params.labels import Label, written
from passage.params.model import ModelSettings

EVENTS_PER_COLUMN = 10  # rows of the rarer class
# Of m rows drawn like n that trained, 2 * m / (n + 1) lie beyond each number's range by chance alone, mostly near it.
# A step of this share of the range changes a chance that the range carries from 2 % to 98 % by two points at most.
BEYOND = 0.01
ENDS, DIGITS, MOST_DIGITS = ("least", "greatest"), 6, 15  # a float has no more


def content(found: Mapping[str, str]) -> list[dict[str, str]]:
    """Return what is written to a file of metrics: a list, which DVC leaves out of its tables."""
    return [{"kind": kind, "sentence": sentence} for kind, sentence in found.items()]


def of_model(
    found: Mapping[str, Any],
    train: Table,
    test: Table,
    classifier: Classifier,
    settings: ModelSettings,
    tested: Mapping[str, float],
) -> dict[str, str]:
    """Return what the files and rows of one model tell to beware of. train, test: in the table's own units.

    found: association, choices and dropped, as the files of these names hold them. tested: as metrics.measures has it.
    """
    rows = settings.words.rows
    return (
        of_dropped(found["dropped"], rows)
        | of_association(found["association"], rows)
        | of_few(train[settings.target], len(classifier.features), rows)
        | of_choice(found["choices"])
        | of_weights(settings, rows)
        | of_test(tested, rows, [f"{settings.target} = {written(label)}" for label in classifier.classes])
        | of_split(train, test, settings, classifier.classes)
        | of_range(parquet.blocks(test, settings.features), classifier, f"test {rows}")
    )


def of_few(target: pd.Series, columns: int, rows: str) -> dict[str, str]:
    """Return whether the rarer class has too few rows for so many `columns`. target: of the training rows, 0 or 1.

    Peduzzi, Concato, Kemper, Holford and Feinstein (1996), A simulation study of the number of events per variable in
    logistic regression analysis, Journal of Clinical Epidemiology 49:1373-1379.
    """
    rarer = int(target.value_counts().min())
    if rarer >= EVENTS_PER_COLUMN * columns:
        return {}
    each = f"{columns} columns, fewer than {EVENTS_PER_COLUMN} for each"
    each = f"one column, fewer than {EVENTS_PER_COLUMN}" if columns == 1 else each
    return {
        "few_events": f"the rarer class has {rarer} of {len(target)} training {rows} for {each}: coefficients from so "
        "few are unsure (the rule is of Peduzzi and others, 1996)"
    }


def of_choice(choices: Mapping[str, Any]) -> dict[str, str]:
    """Return whether the best of the values of C that were tried is the least or the greatest of them."""
    tried = choices.get("tried_C", [])  # in their order
    best = min(tried, key=lambda one: one["log_loss"], default=None)
    if len(tried) < 2 or best not in (tried[0], tried[-1]):
        return {}
    end = "least" if best == tried[0] else "greatest"
    return {
        "C_at_the_end": f"of the values of C that were tried, the {end} ({best['C']:g}) has the least log loss: a "
        "better one may lie beyond it (train.tune.C)"
    }


def of_weights(settings: ModelSettings, rows: str) -> dict[str, str]:
    """Return whether probabilities are not those of such rows."""
    if not settings.train.class_weight:
        return {}
    return {
        "weighted_probabilities": "both classes weigh the same in the fit (train.class_weight): probabilities, and log "
        f"loss, Brier score and calibration, are not of {rows} as frequent as these but of as many of each class"
    }


def of_test(tested: Mapping[str, float], rows: str, classes: Sequence[str]) -> dict[str, str]:
    """Return whether the test rows are predicted no better than by guessing, or all alike. classes: as text."""
    if not tested:
        return {}
    names = ("true_negatives", "false_negatives", "false_positives", "true_positives")
    negatives, missed, wrong, positives = (int(tested[name]) for name in names)
    count, found, no_better = negatives + missed + wrong + positives, {}, []
    if tested["accuracy"] <= tested["baseline_accuracy"]:
        always = f"{round(tested['baseline_accuracy'] * count)} by always predicting one class"
        no_better.append(f"the predicted classes ({negatives + positives} of {count} are right, and {always})")
    if tested["log_loss"] >= tested["baseline_log_loss"]:
        always = f"{tested['baseline_log_loss']:.3g} by always giving the share among the training ones"
        no_better.append(f"the probabilities (the log loss is {tested['log_loss']:.3g}, and {always})")
    if no_better:
        found["no_better_than_guessing"] = f"on the test {rows} no better than guessing are {listed(no_better)}"
    if not (negatives + missed and wrong + positives):
        found["one_class_predicted"] = (
            f"{classes[bool(wrong + positives)]} is predicted for each of the {count} test {rows}"
        )
    return found


def of_association(association: Mapping[str, Any], rows: str) -> dict[str, str]:
    """Return what association.json tells to beware of. rows: what the rows are called."""
    count, found = association["rows"], of_gaps(association, rows)
    if pure := association.get("pure"):
        where = listed(f"{name} is {value:g} in {of} of {count} training {rows}" for name, value, of in pure)
        found["pure_value"] = (
            f"{where}, which all have one label ({association['separation']} separation by that alone): how large its "
            "coefficient is is up to the penalty, not to the rows"
        )
    elif association["separation"] != "none":
        through = listed(association["features"])
        but = "" if association["separation"] == "perfect" else ", but for those that lie on it"
        found[f"{association['separation']}_separation"] = (
            f"a cut through {through} tells the {count} training {rows} apart without an error{but} "
            f"({association['separation']} separation): how large the coefficients are is up to the penalty, not to "
            "the rows"
        )
    if names := association["constant"]:
        found["constant_feature"] = (
            f"{listed(names)} has one value in all {count} training {rows}: what it is worth, they cannot say"
        )
    if names := association["dependent"]:
        left_out = association["redundant"]
        follow = "one follows" if len(left_out) == 1 else f"{len(left_out)} follow"
        found["dependent_features"] = (
            f"of {listed(names)}, {follow} from the others: what each is worth alone cannot be known, so they have "
            f"no odds; without {listed(left_out)} the others have"
        )
    if pairs := association["nearly_copies"]:
        pairs_listed = listed(f"{one} and {other} (correlation {correlation:.3f})" for one, other, correlation in pairs)
        found["nearly_copies"] = f"nearly copies of each other are {pairs_listed}: what each is worth alone is unsure"
    inflated = association.get("variance_inflation", {})
    if names := [name for name in inflated if not any(name in pair for pair in association["nearly_copies"])]:
        shown = listed(f"{name} ({inflated[name]:g} times)" for name in names)
        found["variance_inflation"] = (
            f"the other features nearly tell {shown}: the variance of their coefficients is so many times what it "
            "would be if they did not, and their intervals are wide therefore"
        )
    if not association["converged"]:
        found["intervals_not_found"] = "the search for the intervals of the odds did not end: those missing are wide"
    return found


def of_gaps(association: Mapping[str, Any], rows: str) -> dict[str, str]:
    """Return what the gaps of the training rows tell to beware of: odds are of the rows without any."""
    if not (gaps := association.get("gaps")):
        return {}
    whole, every = association["rows"], association["rows"] + gaps["rows"]
    filled = listed(f"{name} in {count}" for name, count in gaps["missing"].items())
    complete = f"the {whole:,} of {every:,} training {rows} without a gap"
    found = {
        "filled_gaps": f"what was missing ({filled} of {every:,} training {rows}) counts in predictions "
        f"alone, filled or as a category of its own: odds, intervals and tests are of {complete}"
    }
    if 2 * whole < every:
        found["few_complete_rows"] = f"odds, intervals and tests are of fewer than half of the rows, {complete}"
    if gaps["otherwise"]:
        found["gaps_with_outcome"] = (
            f"among {complete}, the outcome goes otherwise with {listed(gaps['otherwise'])} than among all that have "
            "it, as by chance in one table of twenty: gaps may depend on both together, which biases the odds, or on "
            "what is missing alone, which does not"
        )
    if not any("low" in one or "high" in one for one in association["features"].values()):
        found["no_odds"] = f"of {complete} nothing can be said of the odds"
    return found


def of_split(train: Table, test: Table, settings: ModelSettings, classes: Sequence[Label]) -> dict[str, str]:
    """Return what the rows on both sides, features in their own units and the target (0 or 1), tell to beware of."""
    target, rows, found = test[settings.target], settings.words.rows, {}
    if len(test) and target.nunique() < 2:
        found["one_class_in_test"] = (
            f"{target.name} is {written(classes[target.iloc[0]])} for each of the {len(test)} test {rows}: how well "
            "the model tells both classes apart, they cannot say"
        )
    known = [*settings.features, settings.target]  # of two rows; a mark tells them apart
    twice = duplicates.on_both_sides(train, test, known)
    chance = duplicates.by_chance(train, test, settings.features, settings.target) if twice else 0.0
    if duplicates.more_than_by_chance(twice, chance):
        found["duplicates_across_split"] = (
            f"{twice} of {len(test)} test {rows} {verb('equals', twice)} a training one in every feature and the "
            f"target, and {'about' if chance >= 1 else 'fewer than'} {max(round(chance), 1)} would if features were "
            "independent of each other within each class: if they are the same ones, the test flatters"
        )
    if (mark := settings.split.mark) and not settings.split.past_only:
        marks = np.sort(np.concatenate([duplicates.hashes(side, [mark]) for side in (train, test)]))
        if (distinct := 1 + int((marks[1:] != marks[:-1]).sum())) < len(marks):
            found["dependent_rows"] = (
                f"the {len(marks)} {rows} have {distinct} values of {mark}, and those of one value are hardly "
                "independent of each other: the intervals of the accuracy and of the odds are too narrow"
            )
    if settings.saw_test_rows():
        found["saw_test_rows"] = f"the scaling was fitted on the {len(test)} test {rows}, too"
    return found


def of_dropped(dropped: Mapping[str, Any], rows: str) -> dict[str, str]:
    """Return how many rows were dropped, and for want of what. dropped: as convert.without_gaps has it."""
    if "missing" not in dropped:
        return {}
    gaps = listed(f"{name} in {count}" for name, count in dropped["missing"].items())
    return {
        "dropped_rows": f"{dropped['rows']} of {dropped['of']} {rows} {verb('is', dropped['rows'])} left out, since a "
        f"value is missing ({gaps}): nothing here is about rows like these"
    }


def of_range(parts: Iterable[pd.DataFrame], classifier: Classifier, rows: str) -> dict[str, str]:
    """Return whether some rows, of which each part has some, are like none that trained the model.

    parts: features in their own units.
    """
    count, of, reasons, known = 0, 0, [], classifier.training_range
    every: dict[str, dict[str, None]] = {name: {} for name in known}
    for part in parts:
        outside = classifier.outside(part, BEYOND)
        count, of = count + int(outside.any(axis="columns").sum()), of + len(part)
        for name, limits in known.items():
            every[name] |= dict.fromkeys(_shown(value, limits) for value in part[name][outside[name]].unique())
    for name, values in every.items():
        if values:
            limits, kinds = known[name], known[name].get("values")
            within = listed(map(written, kinds)) if kinds else " to ".join(_number(limits[end], limits) for end in ENDS)
            reasons.append(f"{name} is {within} there, but {listed(values)} here")
    if not reasons:
        return {}
    told = f"{count} of {of} {rows} {verb('lies', count)} outside the training range ({listed(reasons)})"
    theirs = "its prediction" if count == 1 else "their predictions"
    return {"outside_training_range": f"{told}: do not believe {theirs}"}


def _shown(value: Any, limits: Mapping[str, Any]) -> str:
    if "values" not in limits:
        return _number(value, limits)
    if pd.isna(value):
        return MISSING
    return value if isinstance(value, str) else written(bool(value))


def _number(value: float, limits: Mapping[str, Any]) -> str:
    """Return a number with six digits of what its range differs by, with all where that is nothing."""
    least, greatest = (limits[end] for end in ENDS)
    spread = greatest - least
    digits = DIGITS + more(max(abs(least), abs(greatest)), spread) if spread else MOST_DIGITS
    return f"{value:.{min(digits, MOST_DIGITS)}g}"
