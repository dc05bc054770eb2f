"""How well one column tells the labels apart."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from tools.adopt.leakage import _either_way


@given(st.lists(st.tuples(st.integers(-5, 5), st.booleans()), min_size=2))
def test_the_area_is_scikit_learns_of_the_values_or_their_opposites(rows: list[tuple[int, bool]]) -> None:
    values, truth = (np.array(column) for column in zip(*rows, strict=True))
    one_label = truth.all() or not truth.any()
    expected = 0.5 if one_label else max(roc_auc_score(truth, values), roc_auc_score(truth, -values))
    assert _either_way(values, truth) == pytest.approx(expected)
