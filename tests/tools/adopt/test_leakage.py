"""The area under the ROC curve of one column, by ranks."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from tools.adopt.leakage import area


@given(st.lists(st.tuples(st.integers(-5, 5), st.booleans()), min_size=2))
def test_the_area_is_scikit_learns(rows: list[tuple[int, bool]]) -> None:
    values, truth = (np.array(column) for column in zip(*rows, strict=True))
    if truth.all() or not truth.any():
        assert area(values, truth) == 0.5
    else:
        assert area(values, truth) == pytest.approx(roc_auc_score(truth, values))
