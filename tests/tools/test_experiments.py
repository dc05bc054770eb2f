"""The table of experiments: what differs, and no wider than it must be."""

import pandas as pd

from tools.experiments import failed, narrower, summary

SHOWN = pd.DataFrame(
    {
        "Experiment": [None, "brave-owl"],
        "rev": ["main", "abc1234"],
        "metrics/model.json:test.accuracy": [0.8, 0.8],
        "metrics/model.json:test.accuracy_low": [0.28, 0.28],
        "metrics/model.json:test.log_loss": [0.4, 0.5],
        "metrics/model.json:coefficients.hours": [1.573193703, 0.3],
        "coefficients.courses": [1.0, 1.0],
        "chosen.C": [None, 0.1],
        "models.model.train.C": ["1.0", "auto"],
        "models.model.train.seed": [0, 0],
        "data/raw": ["x", "y"],
    }
)


def test_changed_parameters_accuracies_and_changed_coefficients_are_shown_with_short_names() -> None:
    table = summary(SHOWN)
    assert list(table) == ["experiment", "model.train.C", "model accuracy", "model hours", "chosen.C"]
    assert table["experiment"].tolist() == ["main", "brave-owl"]


def test_what_never_ran_shows_no_results_but_its_state() -> None:
    never = SHOWN.iloc[[1, 1, 1]].assign(Experiment=["bad", "next", "now"], State=["Failed", "Queued", "Running"])
    table = summary(pd.concat([SHOWN.assign(State=["", "Success"]), never], ignore_index=True))
    assert table["experiment"].tolist() == ["main", "brave-owl", "bad (failed)", "next (queued)", "now (running)"]
    assert table["model.train.C"].tolist() == ["1.0", *["auto"] * 4]
    for name in ("model accuracy", "model hours", "chosen.C"):
        assert table[name].notna().tolist() == [name != "chosen.C", True, False, False, False]
    assert failed(never) == ["bad"]
    assert failed(SHOWN) == []
    alone = summary(pd.concat([SHOWN.head(1).assign(State=""), never], ignore_index=True))
    assert list(alone) == ["experiment", "model.train.C", "model accuracy"]


def test_a_table_wider_than_a_screen_has_its_experiments_side_by_side() -> None:
    table = summary(SHOWN)
    assert narrower(table).splitlines()[1].split() == ["main", "1.0", "0.8", "1.573", "-"]
    wide = table.assign(**{f"a parameter with a long name {number}": number / 3 for number in range(9)})
    lines = narrower(wide).splitlines()
    assert lines[0].split() == ["experiment", "main", "brave-owl"]
    assert lines[3].split() == ["model", "hours", "1.573", "0.3"]
    assert max(map(len, lines)) <= 120
