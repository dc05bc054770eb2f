"""The simulations of verdicts, gaps and groups find what is wrong where it is."""

import numpy as np
import pytest

from tools.studies import rates, simulation

FEW = 100


def seed() -> np.random.SeedSequence:
    return np.random.SeedSequence(1)


def test_of_useless_features_hardly_any_is_said_to_tell_something_and_of_real_ones_many(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert rates.verdicts((60, 0.0), seed(), FEW)["useless"].mean() < 0.13  # 5 %, plus three standard errors
    said = rates.verdicts((60, 1.5), seed(), FEW)
    assert said["real"].mean() > 0.8
    monkeypatch.setattr(rates, "LEVEL", 0.6)
    assert rates.verdicts((60, 0.0), seed(), FEW)["useless"].mean() > 0.2


def test_complete_rows_hold_the_truth_but_where_gaps_depend_on_outcome_and_feature() -> None:
    by_chance, both = (rates.with_gaps((depend, 1000), seed(), 40) for depend in ("by chance", "on both"))
    of_b = [simulation.held(table[table["feature"] == "b"]).mean() for table in (by_chance, both)]
    assert of_b[0] > 0.85
    assert of_b[1] < 0.7
    assert by_chance["caution"].mean() < 0.2
    assert both["caution"].mean() > 0.9


def test_gaps_are_of_the_share_that_is_said() -> None:
    log_odds = np.random.default_rng(0).normal(size=10_000) * 1.5
    assert rates._about(log_odds).mean() == pytest.approx(rates.MISSING, abs=1e-3)


def test_groups_without_a_case_show_one_end() -> None:
    found = rates.groups(1.0, seed(), FEW)
    none = found[~found["case"]]
    assert 0.3 < len(none) / FEW < 0.7  # 0.96**18 is 0.48
    assert np.isneginf(none["low"]).all()
    assert np.isfinite(found.loc[found["case"], ["low", "high"]]).all(axis=None)
    assert simulation.held(found).mean() > 0.88


def test_where_events_are_few_intervals_hold_and_signs_and_probabilities_fail() -> None:
    few, many = (rates.few_events(rows, seed(), 40) for rows in (40, 400))
    assert few["caution"].all()
    assert not many["caution"].any()
    assert min(simulation.held(table).mean() for table in (few, many)) > 0.85
    for what in ("sign", "worse"):
        assert few[what].mean() > many[what].mean() + 0.05
