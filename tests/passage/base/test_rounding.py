"""How many digits of a number are written."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from passage.base.rounding import PREDICTED, centered, rounded, significant

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


@pytest.mark.parametrize(
    ("value", "spread", "written"),
    [
        (12.3456789012, 10, 12.345679),
        (0.123456789, 10, 0.12345679),
        (2017.123456789, 5, 2017.123457),
        (-1e9 - 0.123456789, 1, -1000000000.1234568),
        (5.0, 0.0, 5.0),
    ],
)
def test_numbers_that_are_large_beside_their_spread_have_the_digits_of_the_spread(
    value: float, spread: float, written: float
) -> None:
    assert centered(value, spread, PREDICTED) == written
