"""Separated, nearly separated and overlapping classes."""

from collections.abc import Iterator

import numpy as np
import pytest

from passage.model import separation


@pytest.mark.parametrize(
    ("hours", "passed", "expected"),
    [
        ([0, 1, 2, 3], [0, 0, 1, 1], "perfect"),
        ([0, 1, 2, 2, 3], [0, 0, 0, 1, 1], "quasi"),
        ([0, 1, 2, 2, 3], [0, 1, 0, 1, 1], "none"),
        ([1, 1, 1, 1], [0, 1, 0, 1], "none"),
    ],
)
def test_how_a_cut_divides_the_classes(hours: list[float], passed: list[int], expected: str) -> None:
    assert separation.kind(np.array(hours, dtype=float)[:, np.newaxis], np.array(passed)) == expected


def test_the_one_value_that_goes_with_one_class_alone_is_found_where_nothing_else_separates() -> None:
    age, never, member = np.array([[3, 1, 2, 1, 3, 2, 3], [0, 0, 0, 0, 0, 1, 1], [1, 0, 1, 0, 1, 0, 1]], dtype=float)
    passed = np.array([0, 0, 1, 1, 1, 0, 0])
    rows = np.column_stack([age, never])
    assert separation.kind(rows, passed) == "quasi"
    assert separation.pure(rows, passed) == [(1, 1.0, 2)]
    assert separation.pure(np.column_stack([age, 5 - 2 * never]), passed) == [(1, 3.0, 2)]
    assert separation.pure(np.column_stack([never, member]), passed) == [(0, 1.0, 2)]
    assert separation.pure(np.column_stack([np.arange(7.0), never]), np.array([0, 0, 0, 1, 1, 0, 0])) == []
    assert separation.pure(passed[:, np.newaxis], passed) == []


@pytest.mark.parametrize("rows", [3, 12, 21])
def test_no_programme_is_needed_where_rows_are_fewer_than_parameters(
    rows: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = np.random.default_rng(rows)
    columns, target = chance.normal(size=(rows, 20)), np.arange(rows) % 2
    monkeypatch.setattr("scipy.optimize.linprog", None)
    assert separation.kind(columns, target) == "perfect"
    assert separation.pure(columns, target) == []


def test_two_rows_alike_of_both_classes_are_on_no_side_however_few_rows_there_are() -> None:
    columns = np.random.default_rng(0).normal(size=(6, 9))
    columns[1] = columns[0]
    assert separation.kind(columns, np.array([0, 1, 0, 1, 1, 0])) == "quasi"
    assert separation.kind(columns, np.array([1, 1, 0, 1, 1, 0])) == "perfect"


def drawn(seed: int, tables: int, least: int, columns: tuple[int, int]) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield tables with both classes, some of which a plane divides, with or without noise."""
    random = np.random.default_rng(seed)
    for _ in range(tables):
        rows = random.integers(0, 6, size=(random.integers(least, 40), random.integers(*columns))).astype(float)
        noise = random.normal(size=len(rows)) * random.choice([0, 0.5, 2])
        target = (rows @ random.normal(size=rows.shape[1]) + noise > 0).astype(int)
        if target.min() < target.max():
            yield rows, target


def test_the_short_cut_and_the_linear_programme_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    kinds = []
    for rows, target in drawn(0, 150, 6, (1, 4)):
        kinds.append(separation.kind(rows, target))
        with monkeypatch.context() as patch:
            patch.setattr(separation, "overlap_is_certain", lambda *_: False)
            assert separation.kind(rows, target) == kinds[-1]
    assert {"none", "perfect"} <= set(kinds)


FAR = [*range(1, 11), 1e9]
OVERLAP = [0, 0, 1, 0, 1, 0, 1, 0, 1, 1, 1]


def test_one_value_far_away_does_not_make_overlapping_classes_separated() -> None:
    for rows in (np.array([FAR]).T, np.array([FAR, [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5]]).T):
        assert separation.kind(rows, np.array(OVERLAP)) == "none"
        assert separation.kind(rows, (rows[:, 0] > 5).astype(int)) == "perfect"


def test_columns_of_which_one_follows_from_another_change_nothing() -> None:
    hours = np.arange(11.0)
    for other in (hours, 2 * hours + 1, hours / 3):
        rows = np.column_stack([hours, other])
        assert separation.kind(rows, np.array(OVERLAP)) == "none"
        assert separation.kind(rows, (hours > 5).astype(int)) == "perfect"


def test_values_as_close_as_can_be_told_apart_are_told_apart() -> None:
    hours = np.array([[0.0, 1.0, 1.0 + 1e-15, 2.0]]).T
    assert separation.kind(hours, np.array([0, 0, 1, 1])) == "perfect"


def test_units_and_far_rows_change_nothing() -> None:
    kinds = []
    for rows, target in drawn(2, 60, 8, (2, 3)):
        kinds.append(separation.kind(rows, target))
        assert separation.kind(rows * [2.0**-20, 2.0**20] + [1024, 0], target) == kinds[-1]
        far = [np.vstack([rows, [size, 0.37 * size]]) for size in (1e3, 1e9)]
        both = [separation.kind(one, np.append(target, 1)) for one in far]
        assert both[0] == both[1]
    assert set(kinds) == {"none", "quasi", "perfect"}


@pytest.mark.parametrize(
    ("others", "expected"), [([0, 1, 0, 1, 0, 1], "quasi"), ([0, 0, 0, 1, 1, 1], "perfect"), ([1] * 6, "perfect")]
)
def test_a_group_of_one_class_is_on_its_side_and_the_rest_decides(others: list[int], expected: str) -> None:
    hours = [1.0, 2, 3, 4, 5, 6, 3, 3]
    rows = np.column_stack([hours, [0] * 6 + [1, 1]])
    assert separation.kind(rows, np.array([*others, 0, 0])) == expected


def test_a_group_of_one_class_among_many_rows_takes_no_linear_programme(monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(3)
    rows = np.column_stack([random.normal(size=(60_000, 3)), np.arange(60_000) < 20])
    target = random.integers(0, 2, 60_000)
    target[:20] = 0
    monkeypatch.setattr(separation, "_divided", lambda _: pytest.fail("it would take minutes"))
    assert separation.kind(rows, target) == "quasi"
