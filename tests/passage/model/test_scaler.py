"""The scaling: scikit-learn's statistics, also of rows that come in parts."""

import numpy as np
import pandas as pd
import pytest

from passage.model.pipeline import transformer
from passage.model.scaler import Scaler

ROWS = pd.DataFrame({"hours": [2.0, 4.0, 6.0], "same": [5.0, 5.0, 5.0]})


def test_standard_takes_the_mean_and_the_population_standard_deviation() -> None:
    scaler = Scaler.fit(ROWS, "standard")
    assert scaler.center == {"hours": 4.0, "same": 5.0}
    assert scaler.scale == {"hours": pytest.approx(np.sqrt(8 / 3), abs=1e-9), "same": 1.0}


def test_minmax_brings_the_fitted_rows_between_0_and_1() -> None:
    scaler = Scaler.fit(ROWS, "minmax")
    assert scaler.transform(ROWS)["hours"].tolist() == [0.0, 0.5, 1.0]
    assert scaler.transform(pd.DataFrame({"hours": [10], "same": [5]}))["hours"].tolist() == [2.0]
    assert scaler.transform(ROWS)["same"].tolist() == [0.0, 0.0, 0.0]


@pytest.mark.parametrize("method", ["standard", "minmax", "none"])
def test_rows_are_scaled_as_scikit_learn_scales_them_to_the_last_bit(method: str) -> None:
    rows = pd.DataFrame({"hours": np.sqrt(np.arange(1.0, 500)), "courses": np.arange(499.0) / 7})
    scaler = Scaler.fit(rows, method)
    assert scaler.transform(rows).to_numpy().tolist() == transformer(scaler).transform(rows).tolist()


def test_written_statistics_have_ten_digits() -> None:
    rows = pd.DataFrame({"hours": [1.0, 2.0, 2.0]})
    assert Scaler.fit(rows, "standard").center == {"hours": 1.666666667}


def test_large_values_with_a_small_spread_keep_the_digits_of_the_spread() -> None:
    rows = pd.DataFrame({"time": 1.7e9 + np.arange(20.0) / 3})
    scaler = Scaler.fit(rows, "standard")
    since = rows["time"] - rows["time"][0]  # or the mean itself would lack the digits
    by_hand = (since - since.mean()) / since.std(ddof=0)
    assert scaler.transform(rows)["time"].to_numpy() == pytest.approx(by_hand, abs=1e-7)


@pytest.mark.parametrize("vast", [1.1e150, -1.1e150])
def test_numbers_whose_square_is_none_are_refused_on_either_side(vast: float) -> None:
    with pytest.raises(ValueError, match=r"^hours has numbers beyond 1e\+150, which cannot be scaled$"):
        Scaler.fit(pd.DataFrame({"hours": [0.0, vast, 1.0]}), "none")


@pytest.mark.parametrize("method", ["standard", "minmax", "none"])
def test_rows_in_parts_are_scaled_as_all_together_are(method: str) -> None:
    rows = pd.DataFrame({"a": np.arange(20.0) ** 2, "b": np.sqrt(np.arange(20.0))})
    assert Scaler.fit((rows[start : start + 3] for start in range(0, 20, 3)), method) == Scaler.fit(rows, method)


def test_a_spread_of_a_hundredth_of_a_second_keeps_its_digits_in_parts() -> None:
    rows = pd.DataFrame({"time": 1.7e9 + np.arange(64.0) / 4096})  # without rounding
    scaler = Scaler.fit((rows[start : start + 7] for start in range(0, 64, 7)), "standard")
    assert scaler.scale["time"] == pytest.approx(np.sqrt((64**2 - 1) / 12) / 4096, rel=1e-10)
