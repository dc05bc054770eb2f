"""Odds ratios from log-odds."""

from math import exp, log1p

import pytest

from passage.evaluation.odds import estimate, odds

KNOWN = {"features": {"hours": {"coefficient": 0.4, "low": 0.1, "high": 1.0, "standard_deviation": 5.0}}}


def test_each_number_is_multiplied_by_its_step_and_raised() -> None:
    found = odds({"hours": 0.25}, KNOWN, {})["hours"]
    assert found["per_unit"] == pytest.approx(
        {"odds_ratio": exp(0.25), "firth": exp(0.4), "low": exp(0.1), "high": exp(1)}, rel=1e-7
    )
    assert found["per_standard_deviation"] == pytest.approx(
        {"odds_ratio": exp(1.25), "firth": exp(2), "low": exp(0.5), "high": exp(5)}, rel=1e-6
    )


def test_what_is_not_known_or_too_large_for_a_number_is_absent() -> None:
    unknown = {"features": {"hours": {"coefficient": 400.0, "low": 1.0, "standard_deviation": 2.0}}}
    found = odds({"hours": 0.0}, unknown, {})["hours"]
    tiny = odds({"hours": -400.0}, unknown, {})["hours"]
    assert [name for name in ("per_unit", "per_standard_deviation") if "odds_ratio" in tiny[name]] == ["per_unit"]
    assert set(found["per_unit"]) == {"odds_ratio", "firth", "low"}
    assert found["standard_deviation"] == 2.0
    assert found["per_standard_deviation"] == {"odds_ratio": 1.0, "low": pytest.approx(exp(2), rel=1e-7)}


def test_an_estimate_is_found_by_each_name_that_it_has_had() -> None:
    ours = odds({"hours": 0.25}, KNOWN, {})["hours"]["per_unit"]
    assert ours["firth"] == estimate(ours) == pytest.approx(exp(0.4), rel=1e-7)
    assert estimate({"odds_ratio": 2.0, "maximum_likelihood": 3.0}) == 3.0, "as in results of earlier versions"
    assert estimate({"odds_ratio": 2.0, "unpenalised": 3.0}) == 3.0, "as in results of earlier versions"
    assert estimate({"odds_ratio": 2.0, "high": 3.0}) is None


@pytest.mark.parametrize(("log", "digits"), [(0.7, 8), (1.5, 7), (30.0, 6), (304.3, 5)])
def test_a_ratio_has_the_digits_that_its_log_odds_leave_it(log: float, digits: int) -> None:
    """Eight digits of the log-odds are right; those before its point are lost after it."""
    unknown = log * (1 + 4e-9)  # what association.json may have for the log-odds
    known = {"features": {"hours": {"coefficient": float(f"{unknown:.8g}"), "standard_deviation": 1.0}}}
    ratio = odds({"hours": 0.0}, known, {})["hours"]["per_unit"]["firth"]
    assert float(f"{ratio:.{digits}g}") == ratio
    assert ratio == pytest.approx(exp(log), rel=10.0 ** (1 - digits))


@pytest.mark.parametrize("scale", [1e3, 1e6, 1e9])
def test_the_ratio_of_a_small_step_is_not_rounded_to_one(scale: float) -> None:
    known = {"coefficient": 0.4 / scale, "low": 0.1 / scale, "high": -1 / scale, "standard_deviation": scale}
    found = odds({"hours": 0.25 / scale}, {"features": {"hours": known}}, {})["hours"]["per_unit"]
    logs = [scale * log1p(found[name] - 1) for name in ("odds_ratio", "firth", "low", "high")]
    assert logs == pytest.approx([0.25, 0.4, 0.1, -1], rel=1e-4)


def test_the_models_own_ratio_has_the_ten_digits_of_its_coefficient() -> None:
    assert odds({"hours": 1.234567891}, KNOWN, {})["hours"]["per_unit"]["odds_ratio"] == float(
        f"{exp(1.234567891):.8g}"
    )
