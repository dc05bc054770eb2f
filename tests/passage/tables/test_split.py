"""Which rows test: a hash keeps each on its side, and a group stays together."""

import hashlib

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sklearn.model_selection import train_test_split

from passage.params.split import Split
from passage.tables import split

PINNED = {0, 10, 12, 13, 18}
SEEDS = st.integers(0, 2**32 - 1)
SIZES = st.floats(0.05, 0.95)
IDENTIFIERS = st.lists(st.text(min_size=1), min_size=1, max_size=40)


def hashed(identifiers: list[str], size: float = 0.5, seed: int = 27) -> list[bool]:
    return list(split.hashed(pd.Series(identifiers, dtype="str"), size, seed))


@given(IDENTIFIERS, IDENTIFIERS, SIZES, SEEDS, st.randoms(use_true_random=False))
def test_a_row_keeps_its_side_when_the_table_grows_shrinks_or_is_reordered(
    old: list[str], new: list[str], size: float, seed: int, chance: st.DataObject
) -> None:
    side = dict(zip(old, hashed(old, size, seed), strict=True))
    later = [*old[1:], *new]
    chance.shuffle(later)  # type: ignore[attr-defined]
    assert all(tests == side.get(one, tests) for one, tests in zip(later, hashed(later, size, seed), strict=True))


@given(IDENTIFIERS, SEEDS)
def test_a_greater_test_size_only_takes_rows_from_training(identifiers: list[str], seed: int) -> None:
    few, many = (np.array(hashed(identifiers, size, seed)) for size in (0.2, 0.6))
    assert not (few & ~many).any()


def test_the_bytes_that_are_hashed_are_those_of_the_docstring() -> None:
    digest = hashlib.sha256("27:José 7".encode()).digest()
    share = int.from_bytes(digest[:8], "big") / 2**64
    assert hashed(["José 7"], share + 1e-9) == [True]
    assert hashed(["José 7"], share - 1e-9) == [False]
    # As they were when this was written: whatever changes these moves every user's rows.
    assert hashed([str(number) for number in range(20)], 0.25) == [number in PINNED for number in range(20)]


def test_the_share_of_many_identifiers_and_what_the_seed_does() -> None:
    many = [str(number) for number in range(20_000)]
    first, second = (np.array(hashed(many, 0.25, seed)) for seed in (1, 2))
    assert first.mean() == pytest.approx(0.25, abs=0.01)
    assert (first & second).mean() == pytest.approx(0.25**2, abs=0.01)


@st.composite
def groups(draw: st.DrawFn) -> tuple[pd.Series, pd.Series]:
    """Return the group and the class of some rows."""
    rows = draw(st.lists(st.tuples(st.integers(0, 8), st.integers(0, 1)), min_size=2, max_size=60))
    group, target = zip(*rows, strict=True)
    return pd.Series(group, name="person").astype("str"), pd.Series(target)


@given(groups(), SIZES, st.booleans(), SEEDS)
def test_no_group_is_on_both_sides_and_none_has_all_rows(
    table: tuple[pd.Series, pd.Series], size: float, stratify: bool, seed: int
) -> None:
    group, target = table
    assume(group.nunique() > 1)
    tests = split.grouped(group, target, size, stratify, seed)
    assert set(group[tests]).isdisjoint(group[~tests])
    assert 0 < tests.sum() < len(tests)
    turned = split.grouped(group[::-1], target[::-1], size, stratify, seed)
    assert turned[::-1].tolist() == tests.tolist(), "the order of the rows must not matter"


def test_the_share_is_of_the_rows_not_of_the_groups_and_classes_are_alike_where_asked() -> None:
    chance = np.random.RandomState(0)
    sizes = chance.randint(1, 40, 60)
    group = pd.Series(np.repeat(np.arange(60), sizes))
    target = pd.Series((chance.uniform(size=60) < 0.3).astype(int)[group])  # one class a group, as of a person
    for seed in range(5):
        tests = split.grouped(group, target, 0.25, True, seed)
        assert tests.mean() == pytest.approx(0.25, abs=0.02)
        assert target[tests].mean() == pytest.approx(target.mean(), abs=0.02)
    drawn = {tuple(split.grouped(group, target, 0.25, False, seed)) for seed in range(5)}
    assert len(drawn) == 5, "another seed, another split"


def test_one_group_alone_cannot_be_divided() -> None:
    with pytest.raises(ValueError, match="person is the same in all 3 rows, and a group stays on one side"):
        split.grouped(pd.Series(["a"] * 3, name="person"), pd.Series([0, 1, 0]), 0.25, True, 1)


DAYS = pd.Series(pd.to_datetime(["2026-03-02", "2026-02-28", "2026-03-01"]), name="day")


def test_rows_from_test_from_on_test_in_any_order() -> None:
    assert split.later(DAYS, "2026-03-01").tolist() == [True, False, True]
    assert split.later(DAYS, "2026-03-01T00:01").tolist() == [True, False, False]
    assert split.later(pd.Series([3.0, 1.0, 2.0]), 2.0).tolist() == [True, False, True]
    assert split.later(DAYS.dt.tz_localize("UTC"), "2026-03-01T01:30+01:00").tolist() == [True, False, False]


def test_a_side_without_rows_and_a_time_zone_on_one_of_the_two_are_refused() -> None:
    span = "day goes from 2026-02-28 00:00:00 to 2026-03-02 00:00:00"
    for test_from, said in (
        ("2026-02-28", f"no row is left to train: {span}"),
        ("2027-01-01", f"no row is left to test: {span}"),
        ("2026-03-01T00:00Z", "test_from has a time zone and day has none; both must have one, or none"),
    ):
        with pytest.raises(ValueError, match=said):
            split.later(DAYS, test_from)
    with pytest.raises(ValueError, match="day has a time zone and test_from has none"):
        split.later(DAYS.dt.tz_localize("UTC"), "2026-03-01")


def test_that_every_row_was_dropped_is_told() -> None:
    with pytest.raises(ValueError, match=r"^no row is left: each lacks a feature whose missing is drop$"):
        split.refuse_few(pd.Series([], name="passed"), Split(method="time", column="day", test_from=1.0))


@given(st.integers(0, 8), st.integers(0, 8), st.floats(0.001, 0.999), st.booleans())
def test_rows_are_too_few_exactly_where_scikit_learn_refuses_them(
    zeros: int, ones: int, size: float, both: bool
) -> None:
    assume(zeros + ones)
    target = pd.Series([0] * zeros + [1] * ones, name="passed")
    settings = Split(method="random", test_size=size, stratify=both, seed=0)
    try:
        train_test_split(target, test_size=size, stratify=target if both else None, random_state=0)
    except ValueError:
        with pytest.raises(
            ValueError, match=r"^there are no training rows|one row alone|too few for both labels of passed"
        ):
            split.refuse_few(target, settings)
    else:
        split.refuse_few(target, settings)


def test_each_side_has_its_rows_with_labels_of_their_type() -> None:
    rows = pd.DataFrame({"a": range(6), "passed": pd.Series([True, False, None, True, False, None], dtype=object)})
    parts = [rows.iloc[:4], rows.iloc[4:]]
    sides = np.array([0, 1, 2, 1, 0, 2])
    found = [pd.concat(split.side(parts, sides, one, "passed", positive=True)) for one in (0, 1)]
    assert [side["a"].tolist() for side in found] == [[0, 4], [1, 3]]
    assert [side["passed"].dtype for side in found] == [bool, bool]
