"""The value at which the chance is even: where the band of the log-odds holds none, and what has no end."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
import students
from scipy.special import logit
from scipy.stats import norm
from students import HOURS, LESSON, PASSED

from passage.association import effects, even_chance, firth
from passage.association.associate import of_training
from passage.association.fit import Fit
from passage.model.design import Column, Feature
from passage.model.preparation import Preparation, fit
from passage.params.model import ModelSettings
from passage.report import lead

HALVES = np.tile([0, 1], 10)  # nothing to do with the hours


def at(fit: Fit, row: np.ndarray, place: int, value: float) -> tuple[float, float]:
    """Return the band of the log-odds where the column at `place` has this value."""
    rows = np.tile(row, (1, 1)).astype(float)
    rows[0, place] = value
    low, high = fit.interval(fit.directions(rows), 0.95)
    return float(low[0]), float(high[0])


@pytest.mark.parametrize("chance", [0.5, 0.3])
@pytest.mark.parametrize(("rows", "place"), [(LESSON[:, :1], 0), (LESSON, 0), (LESSON, 1)])
def test_the_interval_ends_where_the_profile_band_begins_to_hold_the_chance(
    rows: np.ndarray, place: int, chance: float
) -> None:
    found, row = firth.fit(rows, PASSED), np.median(rows, axis=0)
    ours = even_chance.crossing(found.fit, row, place, rows[:, place].std(), 0.95, chance)
    assert (ours["shape"], ours["rises"]) == ("bounded", True)
    row[place] = ours["estimate"]
    assert found.intercept + row @ found.coefficients == pytest.approx(logit(chance), abs=1e-6)
    assert at(found.fit, row, place, ours["low"])[1] == pytest.approx(logit(chance), abs=1e-5)
    assert at(found.fit, row, place, ours["high"])[0] == pytest.approx(logit(chance), abs=1e-5)


def test_it_has_both_ends_exactly_where_the_slopes_interval_leaves_out_zero() -> None:
    random = np.random.default_rng(3)
    shapes = set()
    for _ in range(40):
        rows = random.normal(size=(20, 1))
        target = (random.random(20) < 1 / (1 + np.exp(-rows[:, 0] - random.choice([0, 1])))).astype(int)
        if target.min() == target.max():
            continue
        found = firth.fit(rows, target)
        shape = even_chance.crossing(found.fit, rows.mean(axis=0), 0, 1.0, 0.95)["shape"]
        assert (shape == "bounded") == (found.low[0] > 0 or found.high[0] < 0)
        shapes.add(shape)
    assert shapes == {"bounded", "outside", "whole_line"}


def test_rows_that_rule_out_a_stretch_alone_say_so() -> None:
    target = (np.arange(20) % 5 > 0).astype(int)  # four of five, whatever the hours
    fit, row = firth.fit(HOURS[:, np.newaxis], target).fit, np.array([9.5])
    found = even_chance.crossing(fit, row, 0, 5.8, 0.95)
    assert found["shape"] == "outside"
    for value, held in ((found["low"] - 0.1, True), (found["low"] + 0.1, False), (found["high"] - 0.1, False)):
        low, high = at(fit, row, 0, value)
        assert (low < 0 < high) == held
    assert found["low"] < 9.5 < found["high"]


def test_rows_that_tell_nothing_have_the_whole_line_and_a_slope_of_nothing_no_estimate() -> None:
    found = even_chance.crossing(firth.fit(HOURS[:, np.newaxis], HALVES).fit, np.array([9.5]), 0, 5.8, 0.95)
    assert found["shape"] == "whole_line"
    assert not {"low", "high"} & set(found)
    even = np.array([0, 1, 1, 0] * 2)
    flat = firth.fit(np.array([0.0, 0, 1, 1] * 2)[:, np.newaxis], even).fit
    assert "estimate" not in even_chance.crossing(flat, np.array([0.5]), 0, 0.5, 0.95)


def test_units_and_direction_change_nothing_but_units_and_direction() -> None:
    plain = even_chance.crossing(firth.fit(LESSON, PASSED).fit, np.array([9.0, 1.0]), 0, 5.8, 0.95)
    turned = LESSON * [-60, 1] + [1000, 0]
    other = even_chance.crossing(firth.fit(turned, PASSED).fit, np.array([460.0, 1.0]), 0, 300.0, 0.95)
    assert (plain["rises"], other["rises"]) == (True, False)
    ends = [(1000 - other[end]) / 60 for end in ("estimate", "high", "low")]
    assert ends == pytest.approx([plain["estimate"], plain["low"], plain["high"]], rel=1e-6)


@pytest.mark.parametrize("shift", [2000.0, 1e6, 1e9])
def test_years_and_times_keep_the_digits_of_their_spread(shift: float) -> None:
    plain = even_chance.crossing(firth.fit(LESSON, PASSED).fit, np.array([9.0, 1.0]), 0, 5.8, 0.95)
    fit = firth.fit(LESSON + np.array([shift, 0.0]), PASSED).fit
    found = even_chance.crossing(fit, np.array([9.0 + shift, 1.0]), 0, 5.8, 0.95)
    for end in ("estimate", "low", "high"):
        assert found[end] - shift == pytest.approx(plain[end], abs=2e-6)


def test_of_many_rows_it_is_fiellers_interval() -> None:
    """Solved as a quadratic: (a + b x)^2 <= z^2 (v_aa + 2 x v_ab + x^2 v_bb)."""
    random = np.random.default_rng(2)
    rows = random.normal(10, 3, size=(500, 1))
    target = (random.random(500) < 1 / (1 + np.exp(-0.3 * (rows[:, 0] - 8)))).astype(int)
    fit = firth.fit(rows, target).fit
    assert fit.likelihood is None
    found, plain, squared = even_chance.crossing(fit, np.array([10.0]), 0, 3.0, 0.95), fit.in_units(), 1.959963985**2
    (a, b), v = plain.theta, plain.covariance
    roots = np.roots([b**2 - squared * v[1, 1], 2 * (a * b - squared * v[0, 1]), a**2 - squared * v[0, 0]]) + fit.center
    assert [found["low"], found["high"]] == pytest.approx(sorted(roots), rel=1e-6)


@pytest.mark.parametrize("spread", [0.2, 0.5, 2.0, 5.0])
def test_a_stretch_that_is_only_just_ruled_out_is_found_too(spread: float) -> None:
    """The chance is ruled out where (a + b x)^2 > z^2 (v_aa + 2 x v_ab + x^2 v_bb), and somewhere until z is `most`."""
    theta, covariance = np.array([2.0, 0.4]), np.array([[1.0, 0.5], [0.5, 2.0]])
    fit, most = Fit(np.zeros(1), np.eye(1), theta, covariance), np.sqrt(theta @ np.linalg.solve(covariance, theta))
    for wanted, shape in ((0.999 * most, "outside"), (1.001 * most, "whole_line")):
        found = even_chance.crossing(fit, np.zeros(1), 0, spread, 2 * float(norm.cdf(wanted)) - 1)
        assert found["shape"] == shape
        if shape == "outside":
            (a, b), v, squared = theta, covariance, wanted**2
            roots = np.roots([b**2 - squared * v[1, 1], 2 * (a * b - squared * v[0, 1]), a**2 - squared * v[0, 0]])
            assert [found["low"], found["high"]] == pytest.approx(sorted(roots), rel=1e-6)


def test_the_profile_is_that_of_another_package() -> None:
    """firthmodels 0.8.2: the profile interval of the intercept, of hours counted from the value asked for."""
    rows = HOURS[:, np.newaxis]
    fit = firth.fit(rows, PASSED, 0.95).fit
    ends = np.column_stack(fit.interval(fit.directions(np.array([[0.0], [9.5], [19.0]])), 0.95))
    theirs = [[-7.1508737134, -0.9042081007], [-1.2299611690, 1.2299611690], [0.9042081007, 7.1508737134]]
    assert ends == pytest.approx(np.array(theirs), abs=1e-8)
    found = even_chance.crossing(fit, np.array([9.5]), 0, float(HOURS.std()), 0.95)
    where_theirs_ends_at_nothing = [5.529222955, 13.470777045]
    assert [found["low"], found["high"]] == pytest.approx(where_theirs_ends_at_nothing, abs=1e-6)


def test_without_a_search_the_band_and_where_it_leaves_the_chance_are_those_of_statsmodels() -> None:
    theirs = sm.Logit(PASSED, sm.add_constant(HOURS)).fit(disp=0)
    fit = Fit(np.zeros(1), np.eye(1), theirs.params, theirs.cov_params())

    def band(values: list[float], chance: float = 0.5) -> np.ndarray:
        said = theirs.get_prediction(sm.add_constant(np.array(values)), which="linear").conf_int(alpha=0.05)
        return np.asarray(np.asarray(said) - logit(chance))

    values = [3.0, 9.5, 30.0]
    ours = fit.interval(fit.directions(np.array(values)[:, np.newaxis]), 0.95)
    assert np.column_stack(ours) == pytest.approx(band(values), rel=1e-9)
    for chance in (0.5, 0.8):
        found = even_chance.crossing(fit, np.array([9.5]), 0, float(HOURS.std()), 0.95, chance)
        (_, upper), (lower, _) = band([found["low"], found["high"]], chance)
        assert [upper, lower] == pytest.approx([0, 0], abs=1e-6)


@pytest.mark.parametrize(("columns", "listed"), [(effects.LISTED, True), (effects.LISTED + 1, False)])
def test_of_many_features_where_others_are_held_is_written_once_and_not_beside_each(columns: int, listed: bool) -> None:
    chance = np.random.default_rng(columns)
    names = [f"x{place}" for place in range(columns)]
    rows, target = pd.DataFrame(chance.normal(size=(120, columns)), columns=names), chance.integers(0, 2, 120)
    plain = Preparation(tuple(map(Feature, names)), [Column(name, name, "number") for name in names])
    found = of_training(rows, target, 0.95, plain).content()
    assert [*found["even_chance"]] == names
    for name, one in found["even_chance"].items():
        assert [other["feature"] for other in one.get("others", [])] == [
            other for other in names if other != name
        ] * listed
    typical = [{"feature": name, "value": rows[name].median(), "is": "median"} for name in names]
    assert found.get("typical") == (None if listed else typical)
    held = [one for one in typical if one["feature"] != "x3"]
    assert lead.others("x3", found) == held
    again = effects.typical(rows.iloc[:0], plain, effects.told(found))  # without a look at the rows
    assert again.design.to_dict() == {one["feature"]: one["value"] for one in typical}
    assert again.features == typical


def test_what_is_not_written_as_typical_is_looked_up_again() -> None:
    rows = pd.DataFrame(
        {"a": [1.0, 2, 4, 6], "school": ["A", "B", "B", "B"], "member": pd.array([True, True, True, False])}
    )
    columns = {"school": {"kind": "category"}, "member": {"kind": "boolean"}}
    lane = students.lane().model_dump() | {"features": ["a", "school", "member"], "columns": columns}
    prepared = fit(rows.assign(passed=[0, 1, 0, 1]), ModelSettings.model_validate(lane))
    usual = effects.typical(rows, prepared)
    found = {"even_chance": {"a": {"others": usual.features[1:]}}}
    assert effects.told(found) == {"school": "B"}, "of a boolean as the table has it, and a itself"
    again = effects.typical(rows, prepared, effects.told(found))
    assert (again.features, again.design.to_dict()) == (usual.features, usual.design.to_dict())
