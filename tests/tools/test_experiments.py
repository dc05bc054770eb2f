"""The table of experiments: what differs, and no wider than the terminal."""

import pandas as pd
import pytest

from tools import experiments
from tools.experiments import LETTERS, failed, fitted, summary

SHOWN = pd.DataFrame(
    {
        "Experiment": [None, "brave-owl"],
        "rev": ["main", "abc1234"],
        "metrics/model.json:test.accuracy": [0.8, 0.8],
        "metrics/model.json:cross_validation.accuracy": [0.8, 0.8],
        "metrics/model.json:cross_validation.log_loss": [0.4, 0.5],
        "metrics/model.json:cross_validation.log_loss_least": [0.3, 0.4],
        "metrics/model.json:cross_validation.without.hours.log_loss": [0.4, 0.5],
        "metrics/other.json:cross_validation.log_loss": [0.6, 0.6],
        "metrics/other.json:cross_validation.accuracy": [0.7, 0.7],
        "metrics/model.json:coefficients.hours": [1.573193703, 0.3],
        "metrics/model.json:chosen.C": [None, 0.1],
        "models.model.train.C": ["1.0", "auto"],
        "models.model.train.seed": [0, 0],
        "data/raw": ["x", "y"],
    }
)


def test_changed_parameters_and_the_cross_validation_of_changed_models_are_shown_with_short_names() -> None:
    table = summary(SHOWN)
    assert list(table) == ["experiment", "model.train.C", "model log loss", "model chosen.C", "model accuracy"]
    assert table["experiment"].tolist() == ["main", "brave-owl"]
    alone = summary(SHOWN.head(1))
    assert list(alone) == ["experiment", "model log loss", "model accuracy", "other log loss", "other accuracy"]


def test_what_never_ran_shows_no_results_but_its_state() -> None:
    never = SHOWN.iloc[[1, 1, 1]].assign(Experiment=["bad", "next", "now"], State=["Failed", "Queued", "Running"])
    table = summary(pd.concat([SHOWN.assign(State=["", "Success"]), never], ignore_index=True))
    assert list(table) == list(summary(SHOWN)), "what has no results differs in none"
    assert table["experiment"].tolist() == ["main", "brave-owl", "bad (failed)", "next (queued)", "now (running)"]
    assert table["model.train.C"].tolist() == ["1.0", *["auto"] * 4]
    for name in ("model accuracy", "model log loss", "model chosen.C"):
        assert table[name].notna().tolist() == [name != "model chosen.C", True, False, False, False]
    assert failed(never) == ["bad"]
    assert failed(SHOWN) == []
    alone = summary(pd.concat([SHOWN.head(1).assign(State=""), never], ignore_index=True))
    assert list(alone)[:4] == ["experiment", "model.train.C", "model log loss", "model accuracy"]


@pytest.mark.parametrize("width", [40, 80, 120])
def test_no_table_is_wider_than_the_terminal_and_each_part_names_its_experiments(
    width: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    assert fitted(summary(SHOWN)).splitlines()[1].split()[:2] == ["main", "1.0"]
    wide = summary(SHOWN).assign(**{f"a parameter with a name of many letters {n}": n / 3 for n in range(9)})
    wide["columns"] = ["x" * 500, "y\x1b[2J" * 50]
    lines = fitted(wide).splitlines()
    assert max(map(len, lines)) <= width
    assert sum(line.startswith("brave-owl") for line in lines) == sum(line.startswith("experiment") for line in lines)
    assert "tters 8" in " ".join(lines)
    assert "\x1b" not in "".join(lines)
    beside = (min(LETTERS, width // 2 - 4) - 2) // 2  # letters on each side of what is left out
    assert f" {'x' * beside}..{'x' * beside}" in "".join(lines)
    assert "x" * (beside + 1) not in "".join(lines)
    assert ".." in "".join(lines)


def test_what_failed_is_told_below_the_table(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    never = SHOWN.iloc[[1]].assign(Experiment="bad", State="Failed")
    said = pd.concat([SHOWN.assign(State=["", "Success"]), never]).to_csv(index=False)
    monkeypatch.setattr(experiments, "dvc", lambda *_: said)
    experiments.main()
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines[:4]] == ["experiment", "main", "brave-owl", "bad"]
    assert lines[-1] == "bad failed and has no results: `dvc queue logs bad` says why"
