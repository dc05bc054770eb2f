"""What goes with each feature, as one table: what journals of medicine print of a regression, strongest first.

The levels of a category stand below it, the reference among them; beside each row its interval is drawn.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from passage.association import estimates
from passage.evaluation.odds import estimate
from passage.evaluation.vocabulary import Vocabulary
from passage.report import association, numbers, sentences
from passage.report.sections import Section
from passage.report.tables import UNDER

MOST = 30  # columns of the design table that are shown
REACH = (1 / numbers.MOST, numbers.MOST)  # of the drawing, times the odds
TICKS = (0.001, 0.01, 0.1, 0.2, 0.5, 1, 2, 5, 10, 100, 1000)
MARGIN = 4  # percent of the drawing, left and right


@dataclass(frozen=True)
class Effect:
    """One row. step: of what it is, in words. rows, share: of the fit, and of class 1 in it. column: of the design.

    ratios, points: times the odds, percentage points: low, the estimate and high, what is not known left out.
    test, without: of the whole feature, as metrics/NAME.json has them.
    """

    label: str
    step: str = ""
    rows: int | None = None
    share: float | None = None
    ratios: Mapping[str, float] = field(default_factory=dict)
    points: Mapping[str, float] = field(default_factory=dict)
    test: Mapping[str, float] = field(default_factory=dict)
    without: Mapping[str, float] = field(default_factory=dict)
    column: str = ""

    @property
    def ratio(self) -> str:
        """The odds ratio, as the table has it."""
        return numbers.odds_ratio(self.ratios["estimate"]) if "estimate" in self.ratios else ""

    @property
    def interval(self) -> str:
        """Its interval; of one known end, that."""
        low, high = (numbers.odds_ratio(self.ratios.get(end, far)) for end, far in (("low", 0.0), ("high", math.inf)))
        if "estimate" in self.ratios:
            return f"{low} to {high}"
        return f"at most {high}" if "high" in self.ratios else f"at least {low}" if "low" in self.ratios else ""


@dataclass(frozen=True)
class Effects:
    """The table. shown: the strongest columns of the design table, in this order. total: how many it has."""

    rows: list[Effect]
    shown: list[str]
    total: int

    @property
    def told(self) -> list[Effect]:
        """The rows that have odds, strongest first."""
        by_column = {row.column: row for row in self.rows if row.ratios}
        return [by_column[name] for name in self.shown if name in by_column]

    @property
    def limits(self) -> tuple[float, float]:
        """From where to where the drawing reaches, times the odds."""
        ends = [value for row in self.rows for value in row.ratios.values()]
        return max(REACH[0], min([0.5, *ends])), min(REACH[1], max([2.0, *ends]))

    @property
    def ticks(self) -> dict[str, float]:
        """The places of the marks of the drawing, in percent of its width."""
        low, high = self.limits
        marks = TICKS if high <= 20 * low else (tick for tick in TICKS if math.log10(tick).is_integer())
        return {f"{tick:,g}": self.place(tick) for tick in marks if low <= tick <= high}

    def place(self, ratio: float) -> float:
        """Return where a ratio is drawn, in percent of the width; what is beyond the drawing at its end."""
        low, high = map(math.log, self.limits)
        along = (math.log(min(max(ratio, REACH[0]), REACH[1])) - low) / (high - low)
        return round(MARGIN + (100 - 2 * MARGIN) * min(max(along, 0), 1), 1)

    def drawn(self, row: Effect) -> dict[str, float]:
        """Return the places of a row's low, estimate and high; an end that is not known is that of the drawing."""
        if not row.ratios:
            return {}
        return {name: self.place(value) for name, value in {"low": REACH[0], "high": REACH[1], **row.ratios}.items()}


def effects(metrics: Mapping[str, Any], words: Vocabulary) -> Effects:
    """Return the table of all features; of more than MOST columns, of the strongest."""
    ordered = association.strongest(metrics)
    ordered += [name for name in metrics["coefficients"] if name not in metrics["odds"]]  # for predictions alone
    shown = ordered[:MOST]
    rows = [
        row
        for feature in dict.fromkeys(words.column(name).feature for name in shown)
        for row in _of_feature(
            feature, [name for name in shown if words.column(name).feature == feature], metrics, words
        )
    ]
    return Effects(rows, shown, len(ordered))


def _of_feature(feature: str, columns: list[str], metrics: Mapping[str, Any], words: Vocabulary) -> Iterator[Effect]:
    first, *described = metrics["described"]
    own: Mapping[str, Any] = next((one for one in described if one["feature"] == feature), {})
    levels = {one["level"]: one["fitted"] for one in own.get("levels", [])}
    tests = {
        "test": metrics.get("significance", {}).get(feature, {}),
        "without": metrics.get("cross_validation", {}).get("without", {}).get(feature, {}),
    }
    columns = [name for name in metrics["coefficients"] if name in columns]  # in their own order
    if words.column(columns[0]).kind == "number":
        name, *columns = columns
        ratios = metrics["odds"].get(name, {})
        step = association.step(ratios) if ratios else "per_unit"
        deviation = ratios.get("standard_deviation", 1.0) if step == "per_standard_deviation" else 1.0
        note = f"with {feature} higher by one standard deviation ({numbers.number(deviation)})"
        note = words.more(name) if step == "per_unit" else note
        sizes = _sizes(name, metrics, step, deviation)
        yield Effect(feature, note, *_counts(first["fitted"]), *sizes, **tests, column=name)
    else:
        reference = words.column(columns[0]).against
        yield Effect(feature, **tests)
        if reference in levels:
            yield Effect(f"{UNDER}{reference}", "reference", *_counts(levels[reference]))
    for name in columns:
        column = words.column(name)
        if name not in metrics["odds"]:
            yield Effect(f"{UNDER}{column.value}", "for predictions alone")
            continue
        step, sizes = f"{feature} {column.value} instead of {column.against}", _sizes(name, metrics, "per_unit", 1.0)
        yield Effect(f"{UNDER}{column.value}", step, *_counts(levels.get(column.value, [0, 0])), *sizes, column=name)


def _counts(pair: list[int]) -> tuple[int, float | None]:
    return sum(pair), pair[1] / sum(pair) if sum(pair) else None


def _sizes(name: str, metrics: Mapping[str, Any], step: str, size: float) -> tuple[dict[str, float], dict[str, float]]:
    """Return what is known of the odds and of the points of one step of a column."""
    ratios = metrics["odds"].get(name, {}).get(step, {})
    middle = estimate(ratios)
    known = {end: ratios[end] for end in ("low", "high") if end in ratios}
    points = metrics.get("points", {}).get(name, {})
    known |= {} if middle is None else {"estimate": middle}
    return known, {key: size * value for key, value in points.items()}


def caption(one: Section, shown: Effects) -> str:
    """Return what the columns of the table are."""
    m, several = one.metrics, len(one.metrics.get("significance", {})) > 1
    found = m.get("cross_validation", {})
    parts = [f"Odds ratios are Firth's{', other features being equal' if several else ''}."]
    if len(shown.shown) < shown.total:
        parts.insert(
            0, f"The strongest {len(shown.shown)} of {shown.total:,} columns; all are in metrics/{one.name}.json."
        )
    if "points" in m:
        parts.append("Points: by how many percentage points the chance is higher, on average.")
    holm = ", by Holm’s step over the features" if several else ""
    parts.append(
        f"p is of {estimates.test_name(one.association)}{holm}: below "
        f"{numbers.number(1 - one.confidence)} (bold) a feature goes with the outcome"
        f"{' beyond the others' if several else ''}, else these {one.words.rows} do not tell."
    )
    if found.get("without"):
        held = ", C and threshold held" if "chosen" in m else ""
        spread = "" if sentences.once(m) else f", and in brackets the spread of that over the {sentences.parts(m)}"
        parts.append(f"Log loss: cross-validated, in nats{held}; how much more than with all features{spread}.")
    return " ".join(parts)
