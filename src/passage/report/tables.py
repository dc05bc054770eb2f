"""The tables of the page: rows of text, the first cell of each names it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain
from typing import Any, NamedTuple

from passage.association import estimates
from passage.base.wording import rest
from passage.report import lead, sentences
from passage.report.numbers import level, loss, number, of_column, p, share
from passage.report.sections import Section

UNDER = "\N{EM SPACE}"  # before what stands below the row that it belongs to
UNDEFINED = "undefined"
NORMALIZED = {  # the step that a coefficient is of
    "standard": "normalized: one standard deviation",
    "minmax": "normalized: from the least to the greatest",
    "none": "no feature is normalized",
}
Measure = tuple[str, str, str, Callable[[float], str]]
FIRST: list[Measure] = [
    ("cross-validated accuracy", "cross_validation", "accuracy", share),
    ("cross-validated log loss (nats)", "cross_validation", "log_loss", loss),
    ("test log loss (nats)", "test", "log_loss", loss),
    ("the same of always giving the training rows' share", "test", "baseline_log_loss", loss),
    ("ROC AUC", "test", "roc_auc", loss),
]
MORE: list[Measure] = [
    ("test accuracy", "test", "accuracy", share),
    ("always the training rows' more frequent class (of a tie, the better one)", "test", "baseline_accuracy", share),
    ("balanced accuracy", "test", "balanced_accuracy", share),
    ("precision", "test", "precision", share),
    ("recall", "test", "recall", share),
    ("F1", "test", "f1", loss),
    ("Brier score", "test", "brier", loss),
    ("training accuracy, which flatters", "train", "accuracy", share),
    ("share of the outcome among training rows", "train", "prevalence", share),
]
GUESSING: list[tuple[str, list[str], Callable[[float], str]]] = [
    ("test rows that it alone has right, that guessing alone has", ["right_alone", "wrong_alone"], "{:,}".format),
    ("p (McNemar, exact) of better than guessing, of worse", ["p_value_better", "p_value_worse"], p),
    ("such rows that it takes to tell", ["needed"], "{:,}".format),
]


class Table(NamedTuple):
    """A table. text: whether it has words alone; else all but the first column are numbers.

    marked: places of the rows that the last column has marks of; None where it has none.
    """

    label: str
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    caption: str = ""
    text: bool = False
    marked: Sequence[int] | None = None


def side_by_side(sections: Sequence[Section]) -> Table:
    """Return how good the models are."""
    spread = sentences.parts(sections[0].metrics)
    return Table(
        "How good the models are",
        ["", *(one.name for one in sections)],
        [["rows that train, that test", *map(_rows, sections)], *_measures(FIRST, sections)],
        f"In brackets the least and the greatest of the {spread} of the cross-validation, a spread and not an "
        "interval. Intervals of a test accuracy hold if rows are independent of each other.",
    )


def more(sections: Sequence[Section]) -> Table:
    """Return what else is known of how good the models are."""
    chosen = [", ".join(one.metrics.get("chosen", {})) for one in sections]
    settings = [
        f"{one.model['settings']['C']}, {one.model['threshold']}" + (f" (auto: {auto})" if auto else "")
        for one, auto in zip(sections, chosen, strict=True)
    ]
    validated = [one.metrics.get("cross_validation", {}) for one in sections]
    divided = [f"{one['folds']}, {one['repeats']}" if one else UNDEFINED for one in validated]
    rows = [["C, threshold", *settings], ["folds, repeats of the cross-validation", *divided]]
    against = [one.metrics.get("test", {}).get("against_guessing") for one in sections]
    for title, names, show in GUESSING:
        rows.append([title, *(", ".join(show(one[name]) for name in names) if one else UNDEFINED for one in against)])
    return Table("More measures", ["", *(one.name for one in sections)], [*rows, *_measures(MORE, sections)])


def _rows(one: Section) -> str:
    rows = one.metrics["rows"]
    gaps = (
        f" ({rows['complete']:,} train complete; {rows['filled_gaps']:,} gaps are filled)" if "complete" in rows else ""
    )
    made_of = f"; {rest(one.metrics['rest'], one.words.rows)}" if "rest" in one.metrics else ""
    return f"{rows['train']:,}, {rows['test']:,}{gaps}{made_of}"


def _measures(measures: Iterable[Measure], sections: Sequence[Section]) -> list[list[str]]:
    return [
        [title, *(_cell(one.metrics, group, key, show) for one in sections)] for title, group, key, show in measures
    ]


def _cell(metrics: Mapping[str, Any], group: str, key: str, show: Callable[[float], str]) -> str:
    found = metrics.get(group, {})
    if key not in found:
        return UNDEFINED
    ends = [[found.get(f"{key}_{end}") for end in ends] for ends in (("low", "high"), ("least", "greatest"))]
    told = [f"{show(low)} to {show(high)}" for low, high in ends if low != high]
    told += [sentences.counted(key, found)] if group == "test" else []
    return show(found[key]) + "".join(f" ({one})" for one in told if one)


def coefficients(one: Section) -> Table:
    """Return what a model predicts by."""
    own, odds = one.model["original_units"], one.metrics["odds"]
    rows = [["intercept", number(one.metrics["intercept"]), number(own["intercept"]), ""]]
    for name, coefficient in one.metrics["coefficients"].items():
        ratio = odds.get(name, {}).get("per_unit", {}).get("odds_ratio")
        per_unit = own["coefficients"][name]
        rows.append([name, number(coefficient), number(per_unit), "" if ratio is None else number(ratio)])
    heads = ["", f"coefficient ({NORMALIZED[one.settings.normalize.method]})", "per unit", "odds ratio per unit"]
    return Table(f"Coefficients of {one.name}", heads, rows, f"Log-odds of {one.words.outcome}.")


def tests(one: Section) -> Table:
    """Return what the test of each feature came to."""
    keys = ("chi_squared", "degrees_of_freedom", "p_value", "p_value_holm")
    rows = [[name, *(number(test[key]) for key in keys)] for name, test in one.metrics.get("significance", {}).items()]
    heads = ["", "chi-squared", "degrees of freedom", "p", "p, Holm"]
    caption = f"{estimates.test_name(one.association)} of all columns of a feature together."
    return Table(f"Tests of {one.name}", heads, rows, caption)


def even_chances(one: Section) -> Table:
    """Return at which value of each number, others held, the chance is even, and at which it is the threshold."""
    every, rows = one.metrics.get("even_chance", {}), []
    for feature, known in every.items():
        limits = {end: known[end] for end in ("least", "greatest")}
        for found in [limits | part for part in (known, known.get("at_threshold")) if part]:
            values = [found.get("firth"), found.get("model")]
            value, own = ("not known" if one is None else of_column(one, found) for one in values)
            rows.append(
                [
                    f"{one.words.axis(feature)}, chance {found.get('threshold', 0.5):g}",
                    value,
                    lead.reach(found, one.words) or f"these {one.words.rows} do not tell",
                    own,
                    " to ".join(of_column(one, found) for one in limits.values()),
                ]
            )
    heads = [
        "",
        "Firth",
        level(one.confidence),
        f"{one.name} itself{', weighted' if one.words.weighted else ''}",
        f"the {one.words.rows} reach from",
    ]
    # those beside two numbers are all that there are
    others = chain.from_iterable(lead.others(feature, one.metrics) for feature in [*every][:2])
    held = dict.fromkeys(lead.at(other, every) for other in others)
    caption = f"Other features are held at {', '.join(held)}." if held else ""
    return Table(f"Where the chance of {one.name} is even", heads, rows, caption)
