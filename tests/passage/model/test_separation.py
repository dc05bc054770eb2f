"""Separated, nearly separated and overlapping classes."""

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


def test_the_short_cut_and_the_linear_programme_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(0)
    kinds = []
    for _ in range(150):
        rows = random.integers(0, 6, size=(random.integers(6, 40), random.integers(1, 4))).astype(float)
        noise = random.normal(size=len(rows)) * random.choice([0, 0.5, 2])
        target = (rows @ random.normal(size=rows.shape[1]) + noise > 0).astype(int)
        if target.min() == target.max():
            continue
        kinds.append(separation.kind(rows, target))
        with monkeypatch.context() as patch:
            patch.setattr(separation, "overlap_is_certain", lambda *_: False)
            assert separation.kind(rows, target) == kinds[-1]
    assert set(kinds) == {"none", "perfect"} or set(kinds) == {"none", "quasi", "perfect"}
