"""What the numbers come to: whether a model beats always guessing one class, or another model."""

from collections.abc import Mapping
from typing import Any

from passage.base.wording import listed
from passage.evaluation.vocabulary import Vocabulary
from passage.report.numbers import p_value, share


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
