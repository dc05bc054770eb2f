"""What stands of one model on the first screen: how good it is, how sure that is, and what to beware of, in short."""

from collections.abc import Mapping
from typing import Any

from passage.evaluation.vocabulary import Vocabulary
from passage.report import sentences, verdicts
from passage.report.numbers import level, share

SHORT = {  # of each kind of caution; the sentences stand below the card
    "C_at_the_end": "a better C may lie beyond those tried",
    "choice_fewer_folds": "C or the threshold was chosen in fewer folds",
    "choice_not_converged": "fits did not converge where C or the threshold was chosen",
    "constant_feature": "a feature has one value alone",
    "dependent_features": "a feature follows from others",
    "dependent_rows": "{rows} are hardly independent: intervals are too narrow",
    "dropped_rows": "{rows} with gaps are left out",
    "duplicates_across_split": "test {rows} are among the training ones",
    "few_complete_rows": "odds are of fewer than half of the {rows}",
    "few_events": "few {rows} of the rarer class",
    "fewer_folds": "cross-validated in fewer folds",
    "filled_gaps": "odds are of the {rows} without gaps",
    "gaps_with_outcome": "gaps may bias the odds",
    "intervals_not_found": "not every interval was found",
    "nearly_copies": "features are nearly copies of each other",
    "no_better_than_guessing": "no better than guessing on the test {rows}",
    "no_cross_validation": "there is no cross-validation",
    "no_odds": "the odds are unknown",
    "not_converged": "fits of the cross-validation did not converge",
    "one_class_in_test": "the test {rows} are of one class",
    "one_class_predicted": "one class is predicted for each of the test {rows}",
    "perfect_separation": "a cut tells the training {rows} apart without an error",
    "pure_value": "one value of a feature has one label alone",
    "quasi_separation": "a cut tells nearly all the training {rows} apart",
    "saw_test_rows": "the scaling has seen the test {rows}",
    "variance_inflation": "features nearly tell each other",
    "weighted_probabilities": "probabilities are weighted",
}

OUTSIDE, LONGEST = "outside_training_range", 120
VERDICTS = {"no_better_than_guessing", "one_class_predicted"}  # which the card tells in words already


def cautions(beware: Mapping[str, str], words: Vocabulary) -> str:
    """Return what to beware of in one short line. beware: the sentences, by kind, or kind.batch of new rows."""
    told = []
    for key, sentence in beware.items():
        kind = key.partition(".")[0]
        if kind == OUTSIDE:  # how many, and where that is short, of what
            why = sentence.rpartition(": do not")[0]
            told.append(why if len(why) < LONGEST else why.partition(" (")[0])
        elif kind not in VERDICTS or "the probabilities (" in sentence:
            told.append(SHORT[kind].format(rows=words.rows))
    return "; ".join(told)


def bar(test: Mapping[str, float]) -> dict[str, float]:
    """Return the places of the accuracy, its interval and its baseline on a bar from 0 to 100."""
    names = ("accuracy", "accuracy_low", "accuracy_high", "baseline_accuracy")
    return {name: round(100 * test[name], 1) for name in names}


def right(metrics: Mapping[str, Any], words: Vocabulary) -> tuple[str, str]:
    """Return how many rows were predicted right, and of which that is said."""
    if metrics.get("test"):
        return f"{sentences.right(metrics)} of {metrics['rows']['test']:,}", f"test {words.rows} predicted right"
    of = f"of the {metrics['rows']['train']:,} training {words.rows} predicted right, which flatters"
    return sentences.right(metrics), of


def lines(metrics: Mapping[str, Any], confidence: float, words: Vocabulary) -> list[str]:
    """Return how sure the accuracy is, what guessing would come to, and how often rows not seen are predicted right."""
    told = []
    if test := metrics.get("test"):
        ends = f"{share(test['accuracy_low'])} to {share(test['accuracy_high'])}"
        told.append(f"Of all {words.rows} like these: {ends} ({level(confidence)}, the bar).")
        told.append(verdicts.against_guessing(metrics, words))
    if found := metrics.get("cross_validation"):
        how = f"{words.rows.capitalize()} not seen, {sentences.validated(metrics)}"
        how = f"From earlier {words.rows} alone, later ones" if sentences.by_time(metrics) else how
        told.append(f"{how}: {share(found['accuracy'])} right.")
    return told
