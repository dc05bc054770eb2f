"""Where not to believe a model: one plain sentence for each reason, by its kind."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from passage.base.wording import listed, verb
from passage.model.classifier import Classifier
from passage.model.design import MISSING
from passage.params.labels import Label, written
from passage.params.model import ModelSettings


def content(found: Mapping[str, str]) -> list[dict[str, str]]:
    """Return what is written to a file of metrics: a list, which DVC leaves out of its tables."""
    return [{"kind": kind, "sentence": sentence} for kind, sentence in found.items()]


def of_model(
    association: Mapping[str, Any],
    train: pd.DataFrame,
    test: pd.DataFrame,
    classifier: Classifier,
    settings: ModelSettings,
    dropped: Mapping[str, Any],
) -> dict[str, str]:
    """Return what the files and rows of one model tell to beware of. train, test: in the table's own units.

    dropped: as dropped.json has it.
    """
    rows = settings.words.rows
    found = (
        of_dropped(dropped, rows)
        | of_association(association, rows)
        | of_split(train, test, settings, classifier.classes)
    )
    return found | of_range(test, classifier, f"test {rows}")


def of_association(association: Mapping[str, Any], rows: str) -> dict[str, str]:
    """Return what association.json tells to beware of. rows: what the rows are called."""
    count, found = association["rows"], of_gaps(association, rows)
    if association["separation"] != "none":
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
        found["dependent_features"] = (
            f"of {listed(names)}, one follows from the others: what each is worth alone cannot be known, so they have "
            f"no odds; without {listed(association['redundant'])} the others have"
        )
    if pairs := association["nearly_copies"]:
        pairs_listed = listed(f"{one} and {other} (correlation {correlation:.3f})" for one, other, correlation in pairs)
        found["nearly_copies"] = f"nearly copies of each other are {pairs_listed}: what each is worth alone is unsure"
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
        "filled_gaps": f"what was missing ({filled} of {every:,} training {rows}) is filled for predictions alone: "
        f"odds, intervals and tests are of {complete}"
    }
    if 2 * whole < every:
        found["few_complete_rows"] = f"odds, intervals and tests are of fewer than half of the rows, {complete}"
    if gaps["otherwise"]:
        found["gaps_with_outcome"] = (
            f"among {complete}, the outcome goes otherwise with {listed(gaps['otherwise'])} than among all that have "
            "it: gaps seem to depend on both together, which biases the odds"
        )
    if not any("low" in one or "high" in one for one in association["features"].values()):
        found["no_odds"] = f"of {complete} nothing can be said of the odds"
    return found


def of_split(
    train: pd.DataFrame, test: pd.DataFrame, settings: ModelSettings, classes: Sequence[Label]
) -> dict[str, str]:
    """Return what the rows on both sides, features in their own units and the target (0 or 1), tell to beware of."""
    target, rows, found = test[settings.target], settings.words.rows, {}
    if len(test) and target.nunique() < 2:
        found["one_class_in_test"] = (
            f"{target.name} is {written(classes[target.iloc[0]])} for each of the {len(test)} test {rows}: how well "
            "the model tells both classes apart, they cannot say"
        )
    known = [*settings.features, settings.target]  # of two rows; a mark tells them apart
    if twice := _on_both_sides(train[known], test[known]):
        found["duplicates_across_split"] = (
            f"{twice} of {len(test)} test {rows} {verb('equals', twice)} a training one in every feature and the "
            "target: if they are the same ones, the test flatters"
        )
    if (mark := settings.split.mark) and not settings.split.past_only:
        marks = pd.concat([train[mark], test[mark]])
        if not marks.is_unique:
            found["dependent_rows"] = (
                f"the {len(marks)} {rows} have {marks.nunique()} values of {mark}, and those of one value are hardly "
                "independent of each other: the intervals of the accuracy and of the odds are too narrow"
            )
    if settings.saw_test_rows():
        found["saw_test_rows"] = f"the scaling was fitted on the {len(test)} test {rows}, too"
    return found


def _on_both_sides(train: pd.DataFrame, test: pd.DataFrame) -> int:
    """Return how many rows of `test` are in `train`, too: of few, since of most one value alone is in none of those."""
    for name in train:
        test = test[test[name].isin(train[name])]
        train = train[train[name].isin(test[name])]
    return len(test.merge(train.drop_duplicates(), how="inner"))


def of_dropped(dropped: Mapping[str, Any], rows: str) -> dict[str, str]:
    """Return how many rows were dropped, and for want of what. dropped: as convert.drop_missing has it."""
    if not dropped:
        return {}
    gaps = listed(f"{name} in {count}" for name, count in dropped["missing"].items())
    return {
        "dropped_rows": f"{dropped['rows']} of {dropped['of']} {rows} {verb('is', dropped['rows'])} left out, since a "
        f"value is missing ({gaps}): nothing here is about rows like these"
    }


def of_range(table: pd.DataFrame, classifier: Classifier, rows: str) -> dict[str, str]:
    """Return whether some rows of `table`, features in their own units, are like none that trained the model."""
    outside = classifier.outside(table)
    reasons = []
    for name, limits in classifier.training_range.items():
        if outside[name].any():
            values = listed(_shown(value, limits) for value in table.loc[outside[name], name].unique())
            within = listed(map(written, limits["values"])) if "values" in limits else ""
            within = within or f"{limits['least']:g} to {limits['greatest']:g}"
            reasons.append(f"{name} is {within} there, but {values} here")
    if not reasons:
        return {}
    count = outside.any(axis="columns").sum()
    found = f"{count} of {len(table)} {rows} {verb('lies', count)} outside the training range ({listed(reasons)})"
    theirs = "its prediction" if count == 1 else "their predictions"
    return {"outside_training_range": f"{found}: do not believe {theirs}"}


def _shown(value: Any, limits: Mapping[str, Any]) -> str:
    if "values" not in limits:
        return f"{value:g}"
    if pd.isna(value):
        return MISSING
    return value if isinstance(value, str) else written(bool(value))
