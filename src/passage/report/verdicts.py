"""What the numbers come to: where the outcome is likely, whether a model beats guessing, or another model."""

from collections.abc import Mapping
from typing import Any

from passage.base.wording import listed
from passage.evaluation.vocabulary import Vocabulary
from passage.report import association
from passage.report.numbers import level, number, p_value, share

FEW = 2  # other features that a sentence says the values of


def against_guessing(metrics: Mapping[str, Any], words: Vocabulary) -> str:
    """Return whether the predicted classes of the test rows are better than always guessing one."""
    test, prevalence = metrics["test"], metrics["train"]["prevalence"]
    guess = "the better of two classes as frequent" if prevalence == 0.5 else f"“{words.classes[prevalence > 0.5]}”"
    found, always = test["against_guessing"], f"always guessing {guess}"
    of = f"{share(test['baseline_accuracy'])}, dotted"
    differ = found["right_alone"] + found["wrong_alone"]
    match found["verdict"]:
        case "better":
            return f"Better than {always} ({of}): right alone in {found['right_alone']:,} of {differ:,} that differ."
        case "cannot_be_told":
            few = f"they differ in {differ}, and it takes {found['needed']}" if differ < found["needed"] else ""
            few = few or f"they differ in {differ}; {p_value(found['p_value_better'])}"
            return f"Whether that beats {always} ({of}) cannot be told: {few}."
        case "no_better" if "one_class" in found:
            one = words.classes[found["one_class"] == 1]
            return f"It predicts “{one}” for each one: no better than {always} ({of})."
        case "no_better":
            return f"No better than {always} ({of})."
        case _:
            return f"Worse than {always} ({of}): wrong alone in {found['wrong_alone']:,} of {differ:,} that differ."


def of_guessing(verdicts: Mapping[str, str]) -> str:
    """Return in a sentence which models beat always guessing. verdicts: by model."""
    told = {
        "better": "{} {} better than always guessing",
        "cannot_be_told": "whether {} {} better than always guessing cannot be told",
        "no_better": "{} {} no better than always guessing",
        "worse": "{} {} worse than always guessing",
    }
    parts = []
    for verdict, text in told.items():
        if names := [name for name, found in verdicts.items() if found == verdict]:
            parts.append(text.format(listed(names), "is" if len(names) == 1 else "are"))
    said = "; ".join(parts)
    return f"On the test rows, {said}." if said else ""


def even_chance(metrics: Mapping[str, Any], confidence: float, words: Vocabulary) -> str:
    """Return from which value of a number on the outcome is more likely than not; nothing where that is not known.

    Of several numbers, the one that changes the odds most and of which the rows tell it.
    """
    known = metrics.get("even_chance", {})
    ordered = [name for name in association.strongest(metrics) if name in known]
    bounded = [name for name in ordered if known[name]["shape"] == "bounded"]
    if not ordered:
        return ""
    feature = (bounded or ordered)[0]
    one, unit = known[feature], words.unit(feature)
    sure, value, beside = reach(one, words), one.get("firth"), others(feature, metrics)
    held = ", ".join(map(at, beside))
    if len(beside) > FEW:  # a table further down has the values
        kinds = " or ".join(sorted({other["is"] for other in beside}, reverse=True))
        held = f"the {len(beside)} other features as is typical ({kinds})"
    told = f"at which {feature} {words.outcome} is as likely as not, these {words.rows} do not tell."
    if sure and value is not None:
        there = f"{number(value)} {unit}" if unit else f"{feature} {number(value)}"
        beyond = (
            "" if one["in_data"] else f", beyond the {number(one['least'])} to {number(one['greatest'])} of the rows"
        )
        weighted = ", weighted," if words.weighted else ""
        model = f"; {words.model} itself{weighted} says {number(one['model'])}" if "model" in one else ""
        where = f"from {there} on" if one["rises"] else f"up to {there}"
        told = f"{where}, {words.outcome} is more likely than not (Firth, {level(confidence)}: {sure}{beyond}{model})."
    return f"With {held}, {told}" if held else f"{told[0].upper()}{told[1:]}"


def reach(one: Mapping[str, Any], words: Vocabulary) -> str:
    """Return the interval of an even chance in words; nothing where the rows do not tell it."""
    low, high = (number(one[end]) if end in one else "" for end in ("low", "high"))
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


def at(held: Mapping[str, Any]) -> str:
    """Return where one feature is held."""
    value = held["value"]
    return f"{held['feature']} {value if isinstance(value, str) else number(value)} ({held['is']})"


def of_pair(one: str, other: str, found: Mapping[str, Any]) -> str:
    """Return which of two models predicts better. found: as comparison.compare has it."""
    which = f"Which of {one} and {other} predicts better cannot be told"
    if "reason" in found:
        return f"{which}: {found['reason']}."
    differ, chance = found["right_alone"] + found["wrong_alone"], min(found["p_value_better"], found["p_value_worse"])
    of = f"of {found['rows']:,} held-out rows they differ in {differ:,}"
    if found["verdict"] == "cannot_be_told":
        few = f", and it takes {found['needed']}" if differ < found["needed"] else f" ({p_value(chance)})"
        return f"{which}: {of}{few}."
    best, worst = (one, other) if found["verdict"] == "better" else (other, one)
    most = max(found["right_alone"], found["wrong_alone"])
    return f"{best} predicts better than {worst}: {of}, and it is right in {most:,} of those ({p_value(chance)})."
