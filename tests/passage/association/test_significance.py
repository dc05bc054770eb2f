"""P-values that hold for several features at once."""

import gc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from passage.association import estimates
from passage.association.significance import holm, of_features


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8))
def test_holms_step_is_that_of_statsmodels(p_values: list[float]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gc, "collect", int)  # which statsmodels does at each call, for half a second
        theirs = multipletests(p_values, method="holm")[1]
    assert holm(p_values) == pytest.approx(theirs)


def test_each_feature_has_its_chi_squared_and_both_p_values() -> None:
    found = of_features({"hours": estimates.Test(3.841458820694124, 1), "school": estimates.Test(9.210340371976184, 2)})
    assert found["hours"] == {
        "chi_squared": 3.8414588,
        "degrees_of_freedom": 1,
        "p_value": 0.05,
        "p_value_holm": 0.05,
    }
    assert (found["school"]["p_value"], found["school"]["p_value_holm"]) == (0.01, 0.02)
    assert of_features({}) == {}
    assert np.isfinite(of_features({"sure": estimates.Test(1e5, 1)})["sure"]["p_value"])
