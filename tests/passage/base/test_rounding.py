"""How many digits of a number are written."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from passage.base.rounding import PREDICTED, rounded, significant

TIES = (np.arange(10_000_000, 10_002_000) + 0.5) / 10.0 ** np.arange(-6, 14)[:, np.newaxis]


def the_same_bits(values: np.ndarray) -> bool:
    one_by_one = np.array([significant(value, PREDICTED) for value in values.ravel()]).reshape(values.shape)
    return bool((rounded(values).view("int64") == one_by_one.view("int64")).all())


@given(arrays(float, st.integers(0, 20), elements=st.floats(allow_nan=False)))
def test_many_numbers_at_once_have_the_digits_of_each_alone(values: np.ndarray) -> None:
    assert the_same_bits(values)


@pytest.mark.parametrize("towards", [-np.inf, np.inf])
def test_numbers_at_and_beside_a_tie_and_a_power_of_ten_have_them_too(towards: float) -> None:
    for values in (TIES, 10.0 ** np.arange(-30, 30.0)):
        assert the_same_bits(values)
        assert the_same_bits(-np.nextafter(values, towards))
