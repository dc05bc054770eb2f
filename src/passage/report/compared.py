"""Two states of the project in words: which predicts better on the same held-out rows, and what differs."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from passage.base.wording import counted, listed
from passage.evaluation import comparison
from passage.evaluation.comparison import HeldOut
from passage.evaluation.odds import estimate
from passage.params import flat_params
from passage.report import sentences, verdicts
from passage.report.numbers import loss, share, times

AS_BEFORE = "as before"
SHOWN = 20  # lines of what differs


class Predicted(NamedTuple):
    """One model in one state. settings: of params.yaml. table: its MD5. lacking: why there are no metrics and rows."""

    settings: Mapping[str, Any]
    metrics: Mapping[str, Any]
    table: str
    held_out: HeldOut
    lacking: str = ""


class State(NamedTuple):
    """What a person calls it, its params.yaml, and what it has of each model and package."""

    title: str
    settings: Mapping[str, Any]
    models: Mapping[str, Predicted]
    packages: Mapping[str, str]


class Rows(NamedTuple):
    """How the rows of two tables differ in the columns of both.

    more, fewer: columns that the second has alone, and the first. hunks: of each place where they differ, how many rows
    of the first stand there, and how many of the second instead.
    """

    columns: Sequence[str]
    more: Sequence[str]
    fewer: Sequence[str]
    hunks: Sequence[tuple[int, int]]

    def are_the_same(self, target: str) -> bool:
        """Whether they are the same rows in the same order: a target alone does not tell one from another."""
        return not self.hunks and target in self.columns and len(self.columns) > 1

    def __str__(self) -> str:
        """Say how many rows are added, removed and changed: a changed one stands where another one stood."""
        changed = sum(map(min, self.hunks))
        removed, added = (sum(sizes) - changed for sizes in zip(*self.hunks, strict=True)) if self.hunks else (0, 0)
        told = [
            f"{counted(added, 'row')} added, {removed:,} removed, {changed:,} changed"
            if self.hunks
            else "the same rows"
        ]
        told += [f"{listed(names)} {what}" for names, what in ((self.more, "added"), (self.fewer, "removed")) if names]
        return "; ".join(told)


class Verdict(NamedTuple):
    """What became of a model. told: better, worse, cannot be told or as before. lines: why, and what moved."""

    told: str
    lines: list[str]
    is_compared: bool = True


def pairs(first: State, second: State) -> dict[str, tuple[Predicted, Predicted]]:
    """Return the models that are held against each other: those of one name, or else the only one of each state."""
    both = {name: (one, second.models[name]) for name, one in first.models.items() if name in second.models}
    if not both and len(first.models) == len(second.models) == 1:
        [(one, of)], [(other, its)] = first.models.items(), second.models.items()
        return {f"{other} against {one}": (of, its)}
    return both


def states(
    code: list[str], first: State, second: State, rows: Mapping[str, Rows | str]
) -> tuple[dict[str, Verdict], list[str]]:
    """Return the verdict on each of the pairs, and all of it in lines.

    code: the files that differ. rows: of each pair of two tables, how their rows differ, or why that is not known.
    """
    both = pairs(first, second)
    told = {name: verdict(*of, rows.get(name)) for name, of in both.items()}
    lines = [f"A: {first.title}", f"B: {second.title}", ""]
    for name, of in told.items():
        lines += [f"{name}: {of.told}", *(f"  {line}" for line in of.lines)]
    if not told:
        lines.append("No model is in both: there is nothing to compare.")
    asked: list[Mapping[str, Any]] = [first.settings, second.settings]
    if told.keys() - first.models.keys():
        [pair] = both.values()
        asked = [each.settings for each in pair]
    lines += ["", *section("settings", changed(*(dict(flat_params(each)) for each in asked)))]
    tables = [
        {f"table of {name}": f"{of[side].settings['data']} ({of[side].table[:7]})" for name, of in both.items()}
        for side in (0, 1)
    ]
    lines += section("data", changed(*tables) + [f"rows of {name}: {how}" for name, how in rows.items()])
    lines += section("packages", changed(first.packages, second.packages))
    return told, lines + section("code", code)


def verdict(first: Predicted, second: Predicted, rows: Rows | str | None = None) -> Verdict:
    """Return whether the second state of a model, B, is better than the first, A. rows: as states has it."""
    confidence = max(each.settings["evaluate"]["confidence"] for each in (first, second))
    if reason := _apart(first, second, rows):
        found: dict[str, Any] = {"reason": reason}
    else:
        found = comparison.compare(second.held_out, first.held_out, confidence)
    sentence = verdicts.of_pair("B", "A", found)
    told = found.get("verdict", comparison.CANNOT_BE_TOLD).replace("_", " ")
    if "reason" not in found and all(map(np.array_equal, first.held_out, second.held_out)):
        told, sentence = AS_BEFORE, f"B predicts each of {counted(found['rows'], 'held-out row')} as A does."
    ratios = moved(*(each.metrics.get("odds", {}) for each in (first, second)))
    return Verdict(told, [sentence, *_validated(first.metrics, second.metrics), *ratios], "reason" not in found)


def _apart(first: Predicted, second: Predicted, rows: Rows | str | None) -> str:
    """Return why no row of the one is known to be a row of the other; nothing where it is."""
    asked = [f"{each.settings['target']} = {each.settings['positive']}" for each in (first, second)]
    if lacking := first.lacking or second.lacking:
        return lacking
    if asked[0] != asked[1]:
        return f"A predicts {asked[0]} and B {asked[1]}"
    used = [f"{sentences.every(each.metrics):,}" for each in (first, second)]  # in any case: no metrics are without
    is_same = isinstance(rows, Rows) and rows.are_the_same(first.settings["target"])
    return "" if first.table == second.table or is_same else f"their tables differ (A uses {used[0]} rows, B {used[1]})"


def _validated(first: Mapping[str, Any], second: Mapping[str, Any]) -> list[str]:
    """Return the cross-validated log loss and accuracy of both; nothing where one has none."""
    one, other = first.get("cross_validation", {}), second.get("cross_validation", {})
    if not {"log_loss", "accuracy"} <= one.keys() & other.keys() or one == other:
        return []
    losses, shares = (
        f"{show(one[name])}, now {show(other[name])}" for name, show in (("log_loss", loss), ("accuracy", share))
    )
    return [f"Cross-validated log loss {losses}; accuracy {shares}."]


def moved(first: Mapping[str, Any], second: Mapping[str, Any]) -> list[str]:
    """Return a line for each odds ratio of a unit that has left the interval in which it was, or has come from outside.

    The model's own has the interval of the rows' estimate, which a penalty can keep it out of from the start.
    """
    lines = []
    for column in [name for name in first if name in second]:
        ends = [of[column]["per_unit"] for of in (first, second)]
        pairs = {"the model": [each.get("odds_ratio") for each in ends], "the rows": [estimate(each) for each in ends]}
        for whose, (one, other) in pairs.items():
            left = [*_left(one, other, ends[0]), *_left(other, one, ends[1])] if one and other else []
            if left:
                told = f"{times(one)} times the odds by {whose}, now {times(other)}"
                lines.append(f"{column}: a unit more means {told}: one is beyond {left[0]}.")
    return lines


def _left(value: float, other: float, interval: Mapping[str, float]) -> list[str]:
    """Return the interval in words where it has `value` and not the `other`."""
    low, high = interval.get("low", 0), interval.get("high", np.inf)
    return [f"{times(low)} to {times(high)}"] if low <= value <= high and not low <= other <= high else []


def changed(first: Mapping[str, Any], second: Mapping[str, Any]) -> list[str]:
    """Return a line for each key whose value differs, in order."""
    every = [key for key in {**first, **second} if first.get(key) != second.get(key)]
    return [f"{key}: {first.get(key, 'absent')}, now {second.get(key, 'absent')}" for key in every]


def section(heading: str, lines: list[str]) -> list[str]:
    """Return what differs in one thing, of very much the first lines; "the same" where nothing does."""
    more = len(lines) - SHOWN
    shown = [f"  {line}" for line in lines[:SHOWN]] + ([f"  ... and {more:,} more"] if more > 0 else [])
    return [f"{heading}:", *shown] if shown else [f"{heading}: the same"]
