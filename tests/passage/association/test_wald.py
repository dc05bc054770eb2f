"""Where a search for each end would take too long, what is said without one is what Firth's profile would say."""

import re
import tracemalloc
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy.special import chdtrc, chdtri, expit

from passage.association import cost, few, firth, margins, wald
from passage.association.associate import _associated, _is_large, associate
from passage.association.estimates import Estimates
from passage.association.likelihood import OfBlocks, OfRows
from passage.association.rows import Rows
from passage.association.search import maximise
from passage.base import blocks, parquet, progress
from passage.base.parquet import Columns
from passage.model.design import Column
from passage.model.design_rows import DesignRows


def drawn(rows: int, slope: float = 1.0, intercept: float = -1.0) -> tuple[np.ndarray, np.ndarray]:
    chance = np.random.default_rng(5)
    features = chance.normal(size=(rows, 3)) * [1, 20, 0.1] + [0, 1000, 5]
    log_odds = intercept + slope * (features - [0, 1000, 5]) @ [1, 0.02, -3]
    return features, (chance.random(rows) < 1 / (1 + np.exp(-log_odds))).astype(int)


def test_the_numbers_are_those_of_statsmodels_where_a_penalty_changes_nothing() -> None:
    rows, target = drawn(200_000, slope=0.1, intercept=0)  # even odds: no third derivative, and no bias
    theirs = sm.Logit(target, sm.add_constant(rows)).fit(disp=False, tol=1e-12, method="newton", maxiter=50)
    found = wald.fit(Rows.of(rows, target), 0.9)
    assert found is not None
    ours, parts = found
    off = np.concatenate([off for *_, off in parts()])
    assert np.array([ours.intercept, *ours.coefficients]) == pytest.approx(theirs.params, rel=2e-4)
    assert np.column_stack([ours.low, ours.high]) == pytest.approx(theirs.conf_int(0.1)[1:], rel=2e-4)
    theirs_tests = [theirs.wald_test(np.eye(4)[[1, 2]], scalar=True), theirs.wald_test(np.eye(4)[[3]], scalar=True)]
    together = wald.fit(Rows.of(rows, target), 0.9, [[0, 1], [2]]) or pytest.fail("no optimum")
    assert [test.chi_squared for test in together[0].tests] == pytest.approx(
        [test.statistic for test in theirs_tests], rel=2e-4
    )
    assert off == pytest.approx(np.abs(target - theirs.predict()), abs=1e-6)


@pytest.mark.parametrize(("rows", "slope", "intercept"), [(8_000, 1.0, -3.5), (8_000, 0.2, -3.0), (2_000, 2.0, 0.0)])
def test_ends_without_a_search_are_within_two_hundredths_of_a_standard_error(
    rows: int, slope: float, intercept: float
) -> None:
    values, target = drawn(rows, slope, intercept)
    assert margins.suit(Rows.of(values, target))
    profile, (ours, _) = firth.fit(values, target), wald.fit(Rows.of(values, target), 0.95) or pytest.fail("no optimum")
    error = (profile.high - profile.low) / 3.92
    for theirs, mine in ((profile.low, ours.low), (profile.high, ours.high)):
        assert (np.abs(theirs - mine) / error).max() < 0.02
    assert np.abs((profile.coefficients - ours.coefficients) / error).max() < 0.01
    assert ours.intercept == pytest.approx(profile.intercept, rel=2e-3)


def test_many_columns_strong_effects_and_rare_cases_shift_the_ends_no_further() -> None:
    """Of maximum likelihood with Wald's interval they would be off by a fifth of a standard error."""
    chance = np.random.default_rng(2)
    rows = chance.normal(size=(5_000, 15))
    target = (chance.random(5_000) < 1 / (1 + np.exp(3.0 - 1.5 * rows[:, :4].sum(axis=1)))).astype(int)
    assert margins.suit(Rows.of(rows, target))
    profile, (ours, _) = firth.fit(rows, target), wald.fit(Rows.of(rows, target), 0.95) or pytest.fail("no optimum")
    theirs = sm.Logit(target, sm.add_constant(rows)).fit(disp=False)
    error = (profile.high - profile.low) / 3.92
    assert np.abs((profile.low - theirs.conf_int()[1:, 0]) / error).max() > 0.1
    for one, other in ((profile.low, ours.low), (profile.high, ours.high)):
        assert np.abs((one - other) / error).max() < 0.02


def test_ends_that_would_take_minutes_are_worked_out_from_firths_estimates(monkeypatch: pytest.MonkeyPatch) -> None:
    rows, target = drawn(400)
    profile = firth.fit(rows, target)
    monkeypatch.setattr(firth, "LIMIT", 0.0)
    quick = firth.fit(rows, target)
    assert (profile.profiled, quick.profiled, quick.converged) == ([0, 1, 2], [], True)
    assert quick.coefficients == pytest.approx(profile.coefficients, rel=1e-9)
    assert quick.intercept == pytest.approx(profile.intercept, rel=1e-9)
    error = (profile.high - profile.low) / 3.92
    for theirs, mine in ((profile.low, quick.low), (profile.high, quick.high)):
        assert (np.abs(theirs - mine) / error).max() < 0.03
    assert quick.high - quick.low == pytest.approx(profile.high - profile.low, rel=0.02)
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
        return bool(firth.fit(values, chance.integers(0, 2, rows)).profiled)

    assert searched(200, 12)
    assert not searched(1000, 50)
    assert not searched(300, 80)
    assert not searched(40_000, 40)
    prices = [firth.price(*shape) * shape[1] for shape in ((20, 1), (20_000, 20), (45_000, 40), (3_000_000, 10))]
    assert [price <= firth.LIMIT for price in prices] == [True, True, False, False]
    assert firth.price(1000, 40, levered=True) > 10 * firth.price(1000, 40)


@pytest.mark.parametrize(
    ("rows", "columns", "levered"),
    [(45_000, 26, False), (300_000, 12, False), (1_000_000, 6, False), (1000, 38, True)],
)
def test_from_so_many_columns_on_as_the_docs_say_there_is_no_search(rows: int, columns: int, levered: bool) -> None:
    fewer, so_many = (firth.price(rows, count, levered=levered) * count for count in (columns - 1, columns))
    assert fewer <= firth.LIMIT < so_many
    large = (Path(__file__).parents[3] / "docs/large.md").read_text(encoding="utf-8")
    assert re.search(rf"\b{columns} of ({rows:,}\b|a million)", large)


def test_what_is_said_without_a_search_needs_enough_of_each_class_and_cell() -> None:
    ten = np.random.default_rng(1).normal(size=(60_000, 10))
    assert margins.suit(Rows.of(ten[:1100], np.array([0, 1] * 550)))
    assert not margins.suit(Rows.of(ten[:1098], np.array([0, 1] * 549)))
    assert not margins.suit(Rows.of(ten, np.repeat([0, 1], [60_000 - 549, 549])))
    rare = np.zeros((50_000, 1))
    rare[:199:2] = rare[1:198:2] = 1
    assert not margins.suit(Rows.of(rare, np.arange(50_000) % 2))
    rare[199] = 1
    assert margins.suit(Rows.of(rare, np.arange(50_000) % 2))


@pytest.fixture
def quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the search for all ends of three columns of 50,000 rows take too long, and that of one column not."""
    monkeypatch.setattr(firth, "LIMIT", 1.1 * firth.price(50_000, 4, levered=True))


@pytest.mark.usefixtures("quickly")
def test_of_many_rows_the_file_names_the_method_and_says_all_else() -> None:
    rows, target = drawn(50_000)
    table = pd.DataFrame(rows, columns=["a", "b", "c"]).assign(d=4)
    found = associate(table, target, 0.95).content()
    assert (found["method"], found.get("profiled")) == ("firth-wald", None)
    assert (found["separation"], found["constant"], found["converged"]) == ("none", ["d"], True)
    assert found["features"]["d"] == {"standard_deviation": 0.0}
    assert "method" not in associate(table[:500], target[:500], 0.95).content()


@pytest.mark.usefixtures("quickly")
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


def with_rare(rows: int, cell: int) -> tuple[pd.DataFrame, np.ndarray]:
    """Return `drawn` rows and a column that is 1 in few of them, `cell` of each class."""
    values, target = drawn(rows)
    rare = np.zeros(rows)
    for label in (0, 1):
        rare[np.flatnonzero(target == label)[:cell]] = 1
    return pd.DataFrame(values, columns=["a", "b", "c"]).assign(rare=rare), target


@pytest.mark.usefixtures("quickly")
def test_a_rare_column_of_many_rows_has_profile_ends_and_the_others_walds() -> None:
    """Of 3 and 1 rows Wald would say 0.94 to 86.5 times the odds, where Firth's profile says 1.15 to 72.2."""
    rows, target = with_rare(50_000, 4)
    assert margins.least_cells(rows.to_numpy().T, target)[3] == 4
    found = associate(rows, target, 0.95)
    assert (found.content()["method"], found.profiled) == ("firth-wald", ["rare"])
    profile = firth.fit(rows.to_numpy(), target)
    assert found.features["rare"]["low"] == pytest.approx(profile.low[3], rel=1e-7)
    maximum = (wald.fit(Rows.of(rows.to_numpy(), target), 0.95) or pytest.fail("no optimum"))[0]
    error = (maximum.high - maximum.low) / 3.92
    assert abs(maximum.high - profile.high)[3] > 0.02 * error[3]
    assert (abs(maximum.high - profile.high)[:3] < 0.02 * error[:3]).all()
    common, target = with_rare(50_000, 100)
    assert associate(common, target, 0.95).profiled == []


def searched(rows: np.ndarray, target: np.ndarray) -> Estimates:
    """Return what searches among all rows say, whatever they take."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(firth, "LIMIT", np.inf)
        return firth.fit(rows, target)


def off(few: Estimates, whole: Estimates, column: int) -> float:
    """Return by how much an end of a column is off, in standard errors."""
    error = (whole.high - whole.low)[column] / 3.92
    ends = [(few.low - whole.low)[column], (few.high - whole.high)[column]]
    return float(np.abs(ends).max() / error)


def test_where_a_search_for_all_ends_would_take_too_long_rare_columns_are_searched_among_the_few_rows_they_have(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rows, target = with_rare(2000, 4)
    whole = firth.fit(rows.to_numpy(), target)
    monkeypatch.setattr(firth, "LIMIT", 1.1 * firth.price(8, 4, levered=True))
    quick = firth.fit(rows.to_numpy(), target)
    assert quick.profiled == [3]
    assert off(quick, whole, 3) < 1e-3
    assert quick.tests[3].chi_squared == pytest.approx(whole.tests[3].chi_squared, rel=0.05)
    assert quick.low[:3] != pytest.approx(whole.low[:3], rel=1e-9)
    found = associate(rows, target, 0.95)
    assert found.content()["profiled"] == ["rare"]
    for refusal in ({"ROUNDS": 1}, {"_found": lambda *_: (None, np.empty((0, 5)))}):  # ends that would not be sure
        with pytest.MonkeyPatch.context() as patch:
            for name, value in refusal.items():
                patch.setattr(few, name, value)
            assert firth.fit(rows.to_numpy(), target).profiled == []
    monkeypatch.setattr(firth, "LIMIT", 0.9 * firth.price(8, 4, levered=True))
    assert firth.fit(rows.to_numpy(), target).profiled == []


@pytest.mark.parametrize("seed", range(6))
def test_at_the_border_of_what_counts_as_few_ends_are_those_of_all_rows(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A group of up to half of the rows, whose yeses are FEWER times fewer than the others', and which goes with a."""
    chance, (count, share) = np.random.default_rng(seed), [(20_000, 0.45), (6_000, 0.2), (6_000, 0.03)][seed % 3]
    rows = chance.normal(size=(count, 6))
    goes_with = 0.95 * rows[:, 0] + np.sqrt(1 - 0.95**2) * chance.normal(size=count)
    group = goes_with > np.quantile(goes_with, 1 - share)
    target = chance.random(count) < expit(rows[:, 0] - rows[:, 1] / 2 - 2)
    yes = np.flatnonzero(group & target)
    target[chance.permutation(yes)[int((target & ~group).sum() / margins.FEWER) :]] = False
    rows, target = np.column_stack([rows, group]), target.astype(int)
    whole = searched(rows, target)
    monkeypatch.setattr(firth, "LIMIT", 1.1 * firth.price(int(group.sum()), 7, levered=True))
    few = firth.fit(rows, target)
    assert few.profiled == [6]
    assert off(few, whole, 6) < 0.03
    assert few.tests[6].chi_squared == pytest.approx(min(whole.tests[6].chi_squared, chdtri(1, firth.FAR)), rel=0.06)
    target[yes] = True  # no longer few
    assert firth.fit(rows, target).profiled == []


def test_a_category_of_rare_levels_is_tested_among_the_rows_of_all_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    rows, target = with_rare(4000, 6)
    level = np.zeros(len(rows))
    level[np.flatnonzero(rows["rare"] == 0)[:15]] = 1
    values, together = rows.assign(level=level).to_numpy(), [[0], [1], [2], [3, 4]]
    monkeypatch.setattr(firth, "LIMIT", np.inf)
    whole = firth.fit(values, target, together=together)
    monkeypatch.setattr(firth, "LIMIT", 3 * firth.price(15, 5, levered=True))
    few = firth.fit(values, target, together=together)
    assert few.profiled == [3, 4]
    assert few.tests[3].chi_squared == pytest.approx(whole.tests[3].chi_squared, rel=0.05)
    assert few.tests[3].degrees_of_freedom == 2


def overlapping(case: str) -> tuple[np.ndarray, np.ndarray, list[list[int]]]:
    """Return rows of which a few tell two rare columns apart, or a rare level from a rare reference."""
    chance, count = np.random.default_rng(8), 3000
    a = chance.normal(size=count)
    target = (chance.random(count) < expit(a - 1)).astype(int)
    target[:20] = [1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 0, 1]
    at = np.arange(count)
    columns = {
        "nested": [at < 8, at < 14],
        "nearly the same": [at < 19, (at > 0) & (at < 20)],
        "rare reference": [at >= 20, at < 8],
        "far numbers": [np.where(at < 10, 1.0 + at, 0), np.where((at > 2) & (at < 12), 1.0 + 1e6 * (at % 8 == 3), 0)],
    }[case]
    together = [[0], [1, 2]] if case == "rare reference" else [[0], [1], [2]]
    return np.column_stack([a, *columns]).astype(float), target, together


@pytest.mark.parametrize("case", ["nested", "nearly the same", "rare reference", "far numbers"])
def test_rows_that_tell_rare_columns_from_each_other_are_searched_too(
    case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of the rows of one column alone, ends were off by up to three quarters of a standard error."""
    rows, target, together = overlapping(case)
    monkeypatch.setattr(firth, "LIMIT", np.inf)
    whole = firth.fit(rows, target, together=together)
    monkeypatch.setattr(firth, "LIMIT", 3 * firth.price(60, 3, levered=True))
    few = firth.fit(rows, target, together=together)
    assert (few.profiled, few.converged) == ([1, 2], True)
    assert max(off(few, whole, column) for column in (1, 2)) < 0.01
    for ours, theirs in zip(few.tests[1:], whole.tests[1:], strict=True):
        assert ours.chi_squared == pytest.approx(theirs.chi_squared, rel=0.01)


def test_a_test_of_many_rare_levels_is_never_hidden_by_how_far_the_parabola_goes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Of 40 degrees a chi-squared of 50 would be a p-value of 0.13."""
    chance, count, levels = np.random.default_rng(0), 3000, 40
    level = np.minimum(np.arange(count) // 8, levels)
    target = (chance.random(count) < np.where(level == levels, 0.2, 0.5 + 0.45 * (-1.0) ** level)).astype(int)
    rows = np.column_stack([chance.normal(size=count), level[:, np.newaxis] == np.arange(levels)]).astype(float)
    monkeypatch.setattr(firth, "LIMIT", 50 * firth.price(400, 41, levered=True))
    found = firth.fit(rows, target, together=[[0], [*range(1, 41)]])
    assert found.profiled == [*range(1, 41)]
    assert chdtrc(40, found.tests[1].chi_squared) < 1e-11


@pytest.mark.parametrize("held", [True, False])
def test_estimates_of_a_column_with_a_single_1_are_found_in_few_steps(
    held: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its row has leverage 1: where the information stood for the curvature, each step went as far back again."""
    values, target = drawn(2000)
    rows = np.column_stack([values, np.arange(2000) == 7])
    whole, likelihood = searched(rows, target), OfRows if held else OfBlocks
    seen, at = list[Any](), likelihood.at

    def counted(*where: Any, **how: Any) -> Any:
        seen.append(where)
        return at(*where, **how)

    monkeypatch.setattr(likelihood, "at", counted)
    monkeypatch.setattr(firth, "LIMIT", firth.price(2000, 4))
    found = firth.fit(rows if held else Rows.of(rows, target), target)
    assert found.converged
    assert found.coefficients == pytest.approx(whole.coefficients, rel=1e-6)
    assert off(found, whole, 3) < 1e-3
    assert len(seen) < (150 if held else 25)


def test_of_several_optima_that_near_the_likeliest_point_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """From 0 the search ends at one with a chance that is e**6 times less."""
    chance = np.random.default_rng(1)
    far = np.append(np.exp(4 * chance.normal(size=100)), np.zeros(2900))
    target = (chance.random(3000) < expit(np.minimum(far, 3) - 1)).astype(int)
    rows = np.column_stack([chance.normal(size=3000), far])
    likelihood = firth._designed(rows, target)[2]
    from_0 = maximise(likelihood, likelihood.at(np.zeros(3)), np.eye(3), 1e-22)
    for limit in (np.inf, 0.0):
        monkeypatch.setattr(firth, "LIMIT", limit)
        assert likelihood.at(firth.fit(rows, target).fit.theta).value > from_0.value + 6


@pytest.mark.parametrize("pure", [False, True])
def test_rows_that_are_not_held_say_the_same_and_how_long_it_takes(
    pure: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows, target = with_rare(20_000, 4)
    rows["b"] /= 1e3
    if pure:
        rows["rare"] *= target
    monkeypatch.setattr(firth, "LIMIT", 1.1 * firth.price(8, 4, levered=True))
    monkeypatch.setattr(progress, "LONG", 0.05)
    held = associate(rows, target, 0.95).content()
    assert capsys.readouterr().out == ""
    parquet.write(tmp_path / "rows.parquet", rows)
    monkeypatch.setattr(blocks, "LARGE", len(rows))
    monkeypatch.setattr(parquet, "READ_TOGETHER", 12_000)
    monkeypatch.setattr(Rows, "values", lambda _: pytest.fail("all rows are held"))
    found, _ = _associated(Rows(Columns(tmp_path / "rows.parquet"), [*rows], target), 0.95, [])
    assert capsys.readouterr().out.startswith("odds of 20,000 rows of 4 columns will take about")
    assert (held["separation"], held["profiled"]) == ("quasi" if pure else "none", ["rare"])
    assert held.get("pure", []) == ([("rare", 1.0, 4)] if pure else [])
    assert_alike(found.content(), held)


def grouped(case: str) -> tuple[pd.DataFrame, np.ndarray, list[Column]]:
    """Return rows with a group of one class, which features they are of, and something else."""
    chance, count = np.random.default_rng(0), 4000
    table = pd.DataFrame(chance.normal(size=(count, 2)), columns=["a", "b"])
    target = (chance.random(count) < expit(table["a"].to_numpy())).astype(int)
    first, level = np.arange(count) < 20, None
    if case.startswith("reference"):
        level = chance.integers(0, 4, count)
        target = (table["a"] > np.array([0, -1, 0, 1])[level]).astype(int).to_numpy(copy=True)
        table = table.assign(**{f"l{one}": (level == one) * 1.0 for one in (1, 2, 3)})
        if case == "reference, and errors":
            target[100:200] = 1 - target[100:200]
        target[level == 0] = 0
    else:
        target[first] = 1
        table["group"] = first * 1.0
    if case == "another number divides them":
        steps = chance.integers(0, 5, count)
        table["steps"] = np.where(target == 1, np.maximum(steps, 2), np.minimum(steps, 2)) * 1.0
    if case == "a number of these rows alone":
        table["inside"] = np.where(first, chance.normal(size=count), 0)
    if case == "what follows without them":
        table["one"] = (chance.random(count) < 0.3) * 1.0
        table["other"] = np.where(first, chance.integers(0, 2, count), 1 - table["one"])
    names = [str(name) for name in table]
    return table, target, [Column(name, "l" if name in ("l1", "l2", "l3") else name, "x") for name in names]


@pytest.mark.parametrize(
    ("case", "separation", "holds"),
    [
        ("reference", "perfect", True),
        ("reference, and errors", "quasi", False),
        ("another number divides them", "quasi", True),
        ("a number of these rows alone", "quasi", False),
        ("what follows without them", "quasi", False),
    ],
)
def test_how_groups_of_one_class_separate_the_others_is_the_same_by_blocks(
    case: str, separation: str, holds: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    table, target, columns = grouped(case)
    monkeypatch.setattr(firth, "LIMIT", 1e6)
    held, asked, values = _associated(Rows(table, [*table], target), 0.95, columns)[0], list[Rows](), Rows.values
    parquet.write(tmp_path / "rows.parquet", table)
    monkeypatch.setattr(blocks, "LARGE", len(table))

    def counted(rows: Rows) -> np.ndarray:
        asked.append(rows)
        return values(rows)

    monkeypatch.setattr(Rows, "values", counted)
    found = _associated(Rows(Columns(tmp_path / "rows.parquet"), [*table], target), 0.95, columns)[0]
    assert (held.separation, found.separation, bool(asked)) == (separation, separation, holds)
    assert (found.pure, found.one_class) == (held.pure, held.one_class)


def assert_alike(one: Any, other: Any) -> None:
    """Hold what association.json has against each other: numbers to six digits."""
    if isinstance(one, dict):
        assert list(one) == list(other)
        for key in one:
            assert_alike(one[key], other[key])
    elif isinstance(one, float):
        assert one == pytest.approx(other, rel=1e-6)
    else:
        assert one == other


def test_a_column_of_which_a_few_rows_have_most_of_the_weight_keeps_its_search(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    chance = np.random.default_rng(0)
    rows = np.column_stack([chance.normal(size=20_000), np.exp(3 * chance.normal(size=20_000))])
    target = (chance.random(20_000) < expit(rows[:, 0] / 2 - 0.5)).astype(int)
    whole = firth.fit(rows, target)
    monkeypatch.setattr(firth, "LIMIT", 1.1 * firth.price(*rows.shape, levered=True))
    quick = firth.fit(rows, target)
    assert quick.profiled == [1]
    assert [quick.low[1], quick.high[1]] == pytest.approx([whole.low[1], whole.high[1]], rel=1e-6)
    monkeypatch.setattr(margins, "KURTOSIS", 1e9)
    plain, error = firth.fit(rows, target), (whole.high - whole.low)[1] / 3.92
    assert plain.profiled == []
    assert abs(plain.high - whole.high)[1] > error


@pytest.mark.parametrize(("sigma", "seed"), [(1.5, 1), (2.0, 2), (3.0, 6)])
def test_where_some_more_rows_have_the_weight_ends_without_a_search_are_within_a_tenth_of_an_error(
    sigma: float, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = np.random.default_rng(seed)
    rows = np.column_stack([chance.normal(size=20_000), np.exp(sigma * chance.normal(size=20_000))])
    tells = 0.3 * np.minimum(rows[:, 1] / rows[:, 1].std(), 8) * (seed % 2)
    target = (chance.random(20_000) < expit(rows[:, 0] / 2 - 0.5 + tells)).astype(int)
    assert margins.CELL <= margins.least_cells(rows.T, target)[1] < 200
    whole = firth.fit(rows, target)
    monkeypatch.setattr(firth, "LIMIT", 0.0)
    quick = firth.fit(rows, target)
    error = (whole.high - whole.low)[1] / 3.92
    assert np.abs([quick.low[1] - whole.low[1], quick.high[1] - whole.high[1]]).max() < error / 10


@pytest.mark.parametrize(("scale", "cell"), [(0.0, 50), (1.0, 50), (5.0, 50), (100.0, 20), (1e150, 20)])
def test_of_values_far_away_few_rows_count(scale: float, cell: int) -> None:
    column = np.append(np.linspace(-1, 1, 99), scale or 0.5)
    assert margins.least_cells([column], np.arange(100) % 2) == [cell]
    assert margins._counted(np.zeros(7)) == 7


def test_columns_that_say_the_same_have_no_optimum() -> None:
    rows, target = drawn(400)
    assert wald.fit(Rows.of(np.column_stack([rows[:, 0] > 0, rows[:, 0] > 0]), target), 0.95) is None


def test_the_least_cell_is_of_a_columns_usual_value_or_not_by_class() -> None:
    target = np.array([0, 0, 0, 0, 1, 1, 1, 1, 1, 1])
    columns = {
        "two values": ([1, 1, 0, 0, 1, 0, 0, 0, 0, 0], 1),
        "one class": ([5, 0, 0, 0, 0, 0, 0, 0, 0, 0], 0),
        "mostly 0": ([0, 0, 0, 7, 0, 0, 0, 8, 9, 3], 1),
        "all different": (list(range(10)), 4),
        "half and half": ([0, 0, 0, 0, 0, 1, 1, 1, 1, 1], 0),
    }
    rows = np.array([values for values, _ in columns.values()], dtype=float).T
    assert margins.least_cells(rows.T, target).tolist() == [cell for _, cell in columns.values()]


def test_estimates_that_take_longer_than_a_minute_are_foretold(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    rows, target = drawn(400)
    table = pd.DataFrame(rows, columns=list("abc"))
    associate(table, target, 0.95)
    assert capsys.readouterr().out == ""
    monkeypatch.setattr("passage.association.cost.SECONDS", 1.0)
    associate(table, target, 0.95)
    told = "odds of 400 rows of 3 columns will take about 60 min or more; fewer features or rows make it less\n"
    assert capsys.readouterr().out == told
    wide = np.random.default_rng(0).normal(size=(30, 40))
    associate(pd.DataFrame(wide, columns=list(map(str, range(40)))), np.arange(30) % 2, 0.95)
    assert capsys.readouterr().out == "", "of fewer rows than columns there are no estimates"


@pytest.mark.parametrize(
    ("count", "columns", "seconds"),
    [(3_000_000, 10, 0.9), (15_000, 1000, 65), (1000, 500, 87), (600, 260, 12), (10, 0, 0), (0, 3, 0)],
)
def test_what_estimates_take_goes_by_rows_and_columns_and_by_steps_where_rows_are_few(
    count: int, columns: int, seconds: float
) -> None:
    assert cost._seconds(count, columns) == pytest.approx(seconds, rel=0.1, abs=0.1)


@pytest.mark.parametrize(
    ("coded", "again", "told"),
    [(False, False, "22"), (False, True, "33"), (True, False, "1"), (True, True, "1")],
)
def test_what_estimates_take_goes_by_whether_rows_are_read_again_or_categories_are_codes(
    capsys: pytest.CaptureFixture[str], coded: bool, again: bool, told: str
) -> None:
    cost.foretell_odds(3_000_000, 380, coded=coded, again=again)
    assert f"odds of 3,000,000 rows of 380 columns will take about {told} min" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("count", "columns", "is_large"),
    [(75_000, 500, True), (40_000, 500, False), (200_000, 200, False), (99_601, 201, True), (2_250_000, 10, False)],
)
def test_rows_of_hundreds_of_columns_are_read_again_before_those_of_few(
    count: int, columns: int, is_large: bool
) -> None:
    names = [str(place) for place in range(columns)]
    rows = Rows(pd.DataFrame(index=range(0)), names, np.broadcast_to(np.int8(0), count))
    assert _is_large(rows) == is_large


@pytest.mark.parametrize(("times", "length"), [(0.0, 1.0), (0.9, 1.0), (4.0, 0.5)])
def test_no_step_goes_further_than_to_where_a_test_rejects_for_sure(times: float, length: float) -> None:
    step = np.array([3.0, -4.0])
    bounded = few._bounded(step, times * float(chdtri(2, few.VERDICT)), 2)
    assert bounded == pytest.approx(length * step)


def test_a_sample_of_the_rows_holds_no_others() -> None:
    held = list[weakref.ref[np.ndarray]]()

    def designs() -> Iterator[tuple[DesignRows, np.ndarray]]:
        for start in range(0, 100, 10):
            assert sum(one() is not None for one in held) <= 1
            block = np.array([[float(row)] for row in range(start, start + 10)])
            held.append(weakref.ref(block))
            yield DesignRows(block), np.arange(start, start + 10)
            del block

    some, target = wald._some(designs(), 7)
    assert some.dense[:, 0].tolist() == target.tolist() == [*range(0, 100, 7)]


def test_of_a_table_that_is_held_no_second_one_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(firth, "LIMIT", 1.0)
    chance = np.random.default_rng(4)
    rows = pd.DataFrame({f"x{place}": chance.normal(size=90_000) for place in range(12)}, copy=False)
    target = (chance.random(len(rows)) < 1 / (1 + np.exp(-rows["x3"]))).astype(int).to_numpy()
    monkeypatch.setattr("passage.association.rows.TOGETHER", 1)
    tracemalloc.start()
    try:
        found = associate(rows, target, 0.95)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (found.method, found.profiled) == ("firth-wald", [])
    assert peak < 12 * len(rows) * 8
