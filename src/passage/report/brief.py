"""One model's answer in three sentences, for who looks at a terminal or at a run in MLflow."""

from collections.abc import Mapping
from typing import Any

from passage.evaluation.vocabulary import Vocabulary
from passage.report import association
from passage.report.numbers import share
from passage.report.sentences import by_time, right, validated

VERDICTS = {  # of metrics/NAME.json
    "better": "better than always guessing one class",
    "cannot_be_told": "whether that beats always guessing one class cannot be told",
    "no_better": "no better than always guessing one class",
    "worse": "worse than always guessing one class",
}


def brief(metrics: Mapping[str, Any], confidence: float, words: Vocabulary) -> list[str]:
    """Return how many rows are predicted right, how sure that is, and what the strongest feature is worth."""
    strongest = association.strongest(metrics)[0]
    return [headline(metrics, words), sure(metrics, words), association.odds(strongest, metrics, confidence, words)]


def headline(metrics: Mapping[str, Any], words: Vocabulary) -> str:
    """Return how many test rows are predicted right, beside what always predicting one class comes to."""
    test, rows = metrics.get("test"), metrics["rows"]
    if not test:
        return f"No {words.rows} test; {right(metrics)} of the {rows['train']:,} training ones predicted right."
    of = f"{right(metrics)} of {rows['test']:,} test {words.rows} predicted right"
    if verdict := VERDICTS.get(test.get("against_guessing", {}).get("verdict")):
        return f"{of}: {verdict}."
    found, always = test["accuracy"], test["baseline_accuracy"]  # of an earlier version
    than = "as many as" if found == always else "more than" if found > always else "fewer than"
    return f"{of}, {than} by always predicting one class."


def sure(metrics: Mapping[str, Any], words: Vocabulary) -> str:
    """Return the interval of the test rows' accuracy, and the accuracy of the cross-validation."""
    test, found = metrics.get("test"), metrics.get("cross_validation")
    parts = []
    if test:
        ends = f"{share(test['accuracy_low'])} to {share(test['accuracy_high'])}"
        parts.append(f"of all {words.rows} like these it would be {ends}, an interval")
    if found:
        later = by_time(metrics)
        which = f"{found['rows']:,} later ones, each from earlier ones" if later else validated(metrics)
        parts.append(f"cross-validated over {which}, {share(found['accuracy'])}")
    else:
        parts.append("there is no cross-validation")
    told = "; ".join(parts)
    return f"{told[0].upper()}{told[1:]}."
