"""What very many rows say, by maximum likelihood, is what Firth's penalised likelihood would say."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from passage.association import firth, wald
from passage.association.associate import associate


def drawn(rows: int, slope: float = 1.0, intercept: float = -1.0) -> tuple[np.ndarray, np.ndarray]:
    chance = np.random.default_rng(5)
    features = chance.normal(size=(rows, 3)) * [1, 20, 0.1] + [0, 1000, 5]
    log_odds = intercept + slope * (features - [0, 1000, 5]) @ [1, 0.02, -3]
    return features, (chance.random(rows) < 1 / (1 + np.exp(-log_odds))).astype(int)


def test_the_numbers_are_those_of_statsmodels() -> None:
    rows, target = drawn(60_000)
    theirs = sm.Logit(target, sm.add_constant(rows)).fit(disp=False, tol=1e-12, method="newton", maxiter=50)
    found = wald.fit(rows.copy(), target, 0.9)
    assert found is not None
    ours, off = found
    assert np.array([ours.intercept, *ours.coefficients]) == pytest.approx(theirs.params, rel=1e-6)
    assert np.column_stack([ours.low, ours.high]) == pytest.approx(theirs.conf_int(0.1)[1:], rel=1e-6)
    theirs_tests = [theirs.wald_test(np.eye(4)[[1, 2]], scalar=True), theirs.wald_test(np.eye(4)[[3]], scalar=True)]
    together = wald.fit(rows.copy(), target, 0.9, [[0, 1], [2]]) or pytest.fail("no optimum")
    assert [test.chi_squared for test in together[0].tests] == pytest.approx(
        [test.statistic for test in theirs_tests], rel=1e-5
    )
    assert off == pytest.approx(np.abs(target - theirs.predict()), abs=1e-6)


def test_with_so_many_rows_firths_ends_are_within_two_hundredths_of_a_standard_error() -> None:
    rows, target = drawn(60_000, intercept=-5)
    assert wald.suits(target, 3)
    profile, (ours, _) = firth.fit(rows, target), wald.fit(rows.copy(), target, 0.95) or pytest.fail("no optimum")
    error = (profile.high - profile.low) / 3.92
    for theirs, mine in ((profile.low, ours.low), (profile.high, ours.high)):
        assert (np.abs(theirs - mine) / error).max() < 0.02


def test_ends_that_would_take_minutes_are_walds_from_firths_estimates(monkeypatch: pytest.MonkeyPatch) -> None:
    rows, target = drawn(400)
    profile = firth.fit(rows, target)
    monkeypatch.setattr(firth, "LIMIT", 0.0)
    quick = firth.fit(rows, target)
    assert (profile.profiled, quick.profiled, quick.converged) == (True, False, True)
    assert quick.coefficients == pytest.approx(profile.coefficients, rel=1e-9)
    assert quick.intercept == pytest.approx(profile.intercept, rel=1e-9)
    assert quick.high - quick.coefficients == pytest.approx(quick.coefficients - quick.low, rel=1e-9)
    assert quick.high - quick.low == pytest.approx(profile.high - profile.low, rel=0.05)
    assert associate(pd.DataFrame(rows, columns=list("abc")), target, 0.95).content()["method"] == "firth-wald"


def test_the_search_for_estimates_alone_ends_where_classes_are_separated_and_leverages_large(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    chance = np.random.default_rng(3)
    rows = chance.normal(size=(40, 8))
    target = (rows[:, 0] > 0).astype(int)
    profile = firth.fit(rows, target)
    monkeypatch.setattr(firth, "LIMIT", 0.0)
    quick = firth.fit(rows, target)
    assert quick.converged
    assert quick.coefficients == pytest.approx(profile.coefficients, rel=1e-7)


def test_what_every_end_would_take_follows_the_shape_of_the_rows() -> None:
    def searched(rows: int, features: int) -> bool:
        chance = np.random.default_rng(7)
        values = chance.normal(size=(rows, features))
        return firth.fit(values, chance.integers(0, 2, rows)).profiled

    assert searched(200, 20)
    assert not searched(1000, 80)
    assert not searched(300, 120)


def test_few_rows_or_few_of_one_class_are_firths() -> None:
    assert wald.suits(np.array([0, 1] * 25_000), 10)
    assert not wald.suits(np.array([0, 1] * 24_000), 10)
    assert not wald.suits(np.repeat([0, 1], [60_000, 549]), 10)


def test_of_many_rows_the_file_names_the_method_and_says_all_else() -> None:
    rows, target = drawn(50_000)
    table = pd.DataFrame(rows, columns=["a", "b", "c"]).assign(d=4)
    found = associate(table, target, 0.95).content()
    assert found["method"] == "wald"
    assert (found["separation"], found["constant"], found["converged"]) == ("none", ["d"], True)
    assert found["features"]["d"] == {"standard_deviation": 0.0}
    assert "method" not in associate(table[:500], target[:500], 0.95).content()


def test_copies_and_separated_classes_are_told_of_many_rows_too() -> None:
    rows, target = drawn(50_000)
    table = pd.DataFrame(rows, columns=["a", "b", "c"])
    close = table["a"] + np.random.default_rng(6).normal(size=len(table)) / 100
    assert [pair[:2] for pair in associate(table.assign(close=close), target, 0.95).nearly_copies] == [("a", "close")]
    same = associate(table.assign(same=table["a"] * 2 - table["b"]), target, 0.95)
    assert same.dependent == ["a", "b", "same"]
    nearly = associate(table.assign(nearly=table["a"] + table["c"].gt(0) / 1e6), target, 0.95)
    assert nearly.dependent == ["a", "nearly"]
    apart = associate(table[["b"]].assign(key=target * 2.0 + table["a"].clip(-0.9, 0.9)), target, 0.95)
    assert apart.separation == "perfect"
    assert "method" not in apart.content()
