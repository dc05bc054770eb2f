"""The page's first sentence: from which value of a number on the outcome is more likely than not."""

from collections.abc import Mapping, Sequence
from typing import Any

from passage.evaluation.vocabulary import Vocabulary
from passage.report import association
from passage.report.numbers import level, of_column
from passage.report.sections import Section

FEW = 2  # other features that a sentence says the values of


def of_group(sections: Sequence[Section]) -> str:
    """Return the sentence of the models that answer one question: where no chance is even, the strongest feature's."""
    told = (even_chance(one.metrics, one.confidence, one.words) for one in sections)
    return next(filter(None, told), sections[0].brief[-1])


def even_chance(metrics: Mapping[str, Any], confidence: float, words: Vocabulary) -> str:
    """Return from which value of a number on the outcome is more likely than not; nothing where that is not known.

    Of several numbers, the one that changes the odds most and of which the rows tell it. They do where the interval has
    two ends: else a step of the number may as well change nothing.
    """
    known = metrics.get("even_chance", {})
    ordered = [name for name in association.strongest(metrics) if name in known]
    bounded = [name for name in ordered if known[name]["shape"] == "bounded"]
    if not ordered:
        return ""
    feature = (bounded or ordered)[0]
    one, unit, beside = known[feature], words.unit(feature), others(feature, metrics)
    held = ", ".join(at(other, known) for other in beside)
    if len(beside) > FEW:  # a table further down has the values
        kinds = " or ".join(sorted({other["is"] for other in beside}, reverse=True))
        held = f"the {len(beside)} other features as is typical ({kinds})"
    told = f"at which {feature} {words.outcome} is as likely as not, these {words.rows} do not tell."
    if bounded:
        value, sure = of_column(one["firth"], one), reach(one, words)
        there = f"{value} {unit}" if unit else f"{feature} {value}"
        least, greatest = (of_column(one[end], one) for end in ("least", "greatest"))
        beyond = "" if one["in_data"] else f", beyond the {least} to {greatest} of the rows"
        weighted = ", weighted," if words.weighted else ""
        model = f"; {words.model} itself{weighted} says {of_column(one['model'], one)}" if "model" in one else ""
        where = f"from {there} on" if one["rises"] else f"up to {there}"
        told = f"{where}, {words.outcome} is more likely than not (Firth, {level(confidence)}: {sure}{beyond}{model})."
    return f"With {held}, {told}" if held else f"{told[0].upper()}{told[1:]}"


def reach(one: Mapping[str, Any], words: Vocabulary) -> str:
    """Return the interval of an even chance in words; nothing where the rows do not tell it."""
    low, high = (of_column(one[end], one) if end in one else "" for end in ("low", "high"))
    match one["shape"]:
        case "bounded":
            return f"{low} to {high}"
        case "outside":
            return f"not between {low} and {high}, and more these {words.rows} do not tell"
        case _:
            return ""


def others(feature: str, metrics: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return where features other than this number are held for its even chance."""
    if "typical" in metrics:
        return [one for one in metrics["typical"] if one["feature"] != feature]
    return list(metrics["even_chance"][feature]["others"])


def at(held: Mapping[str, Any], known: Mapping[str, Any]) -> str:
    """Return where one feature is held. known: what even_chance in metrics/NAME.json says of features."""
    name, value = held["feature"], held["value"]
    return f"{name} {value if isinstance(value, str) else of_column(value, known.get(name, {}))} ({held['is']})"
