"""What evaluate says in words."""

from stages.evaluate import in_words

METRICS = {
    "rows": {"train": 15, "test": 5},
    "test": {"accuracy": 0.8, "accuracy_low": 0.28358, "accuracy_high": 0.99495, "baseline_accuracy": 0.4},
    "train": {"accuracy": 0.9},
    "cross_validation": {
        "accuracy": 0.85,
        "accuracy_least": 0.8,
        "accuracy_greatest": 0.9,
        "without": {"hours": {"difference": 0.2, "difference_least": 0.125, "difference_greatest": 0.3}},
    },
}


def test_an_accuracy_comes_with_its_interval_its_baseline_and_its_spread() -> None:
    assert in_words(METRICS, 0.95) == [
        "test accuracy 0.8 (95 %: 0.28 to 0.99), baseline 0.4, training accuracy 0.9",
        "cross-validated accuracy 0.85 (0.8 to 0.9 over the repeats) on all 20 rows",
        "without hours the cross-validated log loss changes by +0.2 (+0.125 to +0.3 over the repeats)",
    ]


def test_what_is_absent_is_not_talked_about() -> None:
    assert in_words({"rows": {"train": 15, "test": 0}, "train": {"accuracy": 0.9}}, 0.9) == [
        "no test rows, training accuracy 0.9"
    ]
