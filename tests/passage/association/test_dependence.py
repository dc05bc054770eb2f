"""Which columns are left out so that the others tell of themselves, whatever their number."""

import numpy as np
import pytest

from passage.association import dependence


def redundant(columns: np.ndarray, groups: dict[str, list[int]] | None = None) -> list[str]:
    found = dependence.correlations(np.cov(columns, rowvar=False))
    return dependence.redundant(found, groups or {str(place): [place] for place in range(columns.shape[1])})


def test_each_column_that_those_before_it_tell_is_left_out() -> None:
    chance = np.random.default_rng(0)
    for _ in range(20):
        columns = chance.normal(size=(60, 12))
        told = sorted(chance.choice(np.arange(2, 12), 4, replace=False))
        for place in told:
            columns[:, place] = columns[:, :place] @ chance.choice([0, 1, -2], place) + columns[:, 0] + 3
        assert redundant(columns) == [str(place) for place in told]
    assert redundant(chance.normal(size=(9, 30))) == [str(place) for place in range(8, 30)], "eight tell of nine rows"


def test_a_group_that_follows_from_others_takes_nothing_that_follows_from_it_along() -> None:
    a, b, c = np.random.default_rng(1).normal(size=(3, 50))
    columns = np.column_stack([a, b, a, c, b + 1, c])
    groups = {"one": [0], "two": [1, 2], "three": [3], "four": [4], "five": [5]}
    assert redundant(columns, groups) == ["two", "five"], "without two, nothing else tells b"


@pytest.mark.parametrize(("noise", "expected"), [(1.25e-5, ["40"]), (1e-3, [])])
def test_what_many_columns_nearly_tell_together_goes_by_the_least_eigenvalue(noise: float, expected: list[str]) -> None:
    chance = np.random.default_rng(2)
    columns = chance.normal(size=(400, 40))
    last = columns.sum(axis=1) + noise * np.sqrt(40) * chance.normal(size=400)
    assert redundant(np.column_stack([columns, last])) == expected


def test_a_thousand_columns_of_fewer_rows_take_one_look_at_their_eigenvalues(monkeypatch: pytest.MonkeyPatch) -> None:
    columns, looked, eigh = np.random.default_rng(3).normal(size=(30, 100)), list[int](), np.linalg.eigh

    def counted(matrix: np.ndarray) -> object:
        looked.append(len(matrix))
        return eigh(matrix)

    monkeypatch.setattr(np.linalg, "eigh", counted)
    assert len(redundant(columns)) == 71
    assert looked == [29]
