"""Odds come from complete rows; where that is not enough, it is told."""

import numpy as np
import pandas as pd
import pytest
import students
from scipy.special import expit

from passage.association import effects, firth, gaps
from passage.association.associate import Association, associate, of_training
from passage.association.rows import Rows
from passage.model import preparation
from passage.model.levels import Levels
from passage.params.model import ModelSettings

TRUE = (0.8, 0.5)


def drawn(count: int, seed: int, missing: str) -> tuple[pd.DataFrame, np.ndarray]:
    """Return two features with a correlation of 0.7, a third of a's values missing, and the outcome."""
    random = np.random.default_rng(seed)
    a = random.normal(size=count)
    b = 0.7 * a + np.sqrt(0.51) * random.normal(size=count)
    target = (random.random(count) < expit(np.array(TRUE) @ [a, b])).astype(int)
    likely = {"by chance": 0 * a, "on b": 1.5 * b, "on both": 1.5 * (2 * target - 1) * b}[missing]
    gap = random.random(count) < expit(likely - 0.8)
    return pd.DataFrame({"a": np.where(gap, np.nan, a), "b": b}), target


def settings(**columns: dict[str, object]) -> ModelSettings:
    lane = students.lane().model_dump() | {"features": ["a", "b"], "target": "y", "columns": columns}
    return ModelSettings.model_validate(lane)


def association(rows: pd.DataFrame, target: np.ndarray, **age: object) -> Association:
    asked = settings(a={"missing": "median", **age})
    return of_training(rows, target, 0.95, preparation.fit(rows.assign(y=target), asked))


@pytest.mark.parametrize("missing", ["by chance", "on b"])
def test_odds_are_those_of_the_complete_rows_whatever_fills_the_gaps(missing: str) -> None:
    rows, target = drawn(400, 1, missing)
    whole = rows.notna().all(axis=1).to_numpy()
    expected = associate(rows[whole], target[whole], 0.95)
    for found in (association(rows, target), association(rows, target, indicator=True)):
        assert (found.features, found.significance) == (expected.features, expected.significance)
        assert found.rows == whole.sum()
        assert found.gaps == {"rows": (~whole).sum(), "missing": {"a": (~whole).sum()}, "otherwise": []}
        assert gaps.counts(found.content()) == {"complete": whole.sum(), "filled_gaps": (~whole).sum()}
        known = gaps.without(rows, found.content(), ["a", "b"])
        assert isinstance(known, pd.DataFrame)
        assert known.equals(rows[whole])
    assert gaps.without(rows, expected.content(), ["a", "b"]) is rows, "not looked through where there are none"


def test_intervals_hold_the_truth_where_gaps_depend_on_a_feature() -> None:
    """Of filled rows, those of b held it in 2 of 100 tables, those of a in 75."""
    held = []
    for seed in range(40):
        found = association(*drawn(1000, seed, "on b")).features
        held.append([found[name]["low"] < truth < found[name]["high"] for name, truth in zip("ab", TRUE, strict=True)])
    assert np.mean(held) > 0.85


def test_gaps_that_depend_on_the_outcome_and_a_feature_together_are_seen_and_others_are_not() -> None:
    seen = {
        missing: sum(
            gaps.content(rows, Rows(rows.fillna(0), ["a", "b"], target), {"a": "a", "b": "b"})["otherwise"] == ["b"]
            for rows, target in (drawn(200, seed, missing) for seed in range(40))
        )
        for missing in ("by chance", "on b", "on both")
    }
    assert seen["on both"] >= 38
    assert max(seen["by chance"], seen["on b"]) <= 5


def test_a_slope_alone_is_firths() -> None:
    rows, target = drawn(60, 2, "by chance")
    found = firth.fit(rows[["b"]].to_numpy(), target)
    slope, variance = firth.slope(rows["b"].to_numpy(), target)
    assert slope == pytest.approx(found.coefficients[0], rel=1e-9)
    assert 3.92 * np.sqrt(variance) == pytest.approx(found.high[0] - found.low[0], rel=0.1)


@pytest.mark.parametrize("ones", [1, 20, 59])
def test_a_contrast_of_counts_is_the_slope_of_a_column_of_0_and_1(ones: int) -> None:
    _, target = drawn(60, 2, "by chance")
    column = (np.arange(60) < ones).astype(int)
    cells = np.bincount(2 * column + target, minlength=4).reshape(2, 2)
    assert firth.contrast(cells) == pytest.approx(firth.slope(column.astype(float), target), rel=1e-9)


def test_levels_as_codes_differ_as_their_columns_do_with_no_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    rows, target = drawn(3000, 5, "on both")
    codes = (rows["b"] + 2).round().clip(0, 4).to_numpy(dtype=int)
    columns = tuple(f"b={code}" for code in range(1, 5))
    feature_of, p_values = dict.fromkeys(columns, "b"), list[list[float]]()

    def recording(found: list[float]) -> list[float]:
        p_values.append(found)
        return found

    monkeypatch.setattr(gaps, "holm", recording)
    dense = pd.DataFrame({name: (codes == code).astype(float) for code, name in enumerate(columns, 1)})
    coded = [Levels("b", columns, (0.0,) * 4, (1.0,) * 4)]
    monkeypatch.setattr(firth, "slope", None)
    of_columns = gaps.content(rows, Rows(dense, columns, target), feature_of | {"a": "a"})
    of_codes = gaps.content(rows, Rows(pd.DataFrame({"b": codes}), columns, target, coded), feature_of | {"a": "a"})
    assert of_codes == of_columns
    assert of_codes["otherwise"]
    assert p_values[0] == p_values[1]
    assert len(p_values[0]) == 4


def test_a_feature_is_read_once_for_all_its_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    rows, _ = drawn(60, 3, "by chance")
    read, get = [], pd.DataFrame.__getitem__

    def recording(table: pd.DataFrame, name: str) -> pd.Series:
        read.append(name)
        return get(table, name)

    monkeypatch.setattr(pd.DataFrame, "__getitem__", recording)
    assert gaps.complete(rows, ["a", "b", "b", "b"]).sum() == rows["a"].notna().sum()
    assert read[:2] == ["a", "b"]
    assert len(read) == 3


def test_without_gaps_nothing_is_said_of_them() -> None:
    rows, target = drawn(60, 3, "by chance")
    found = association(rows.fillna(0), target)
    assert "gaps" not in found.content()
    assert gaps.counts(found.content()) == {}


@pytest.mark.parametrize("kept", [[], [0, 1, 2]])
def test_of_no_complete_rows_or_of_one_class_alone_nothing_is_known(kept: list[int]) -> None:
    rows, target = drawn(60, 4, "by chance")
    order = np.argsort(target)
    rows, target = rows.iloc[order].reset_index(drop=True).fillna(0.5), target[order]
    rows["b"] = rows["b"].where(rows.index != 59)  # else b would have no gap
    rows["a"] = rows["a"].where(rows.index.isin([*kept, 59]))
    asked = settings(a={"missing": "median"}, b={"missing": "median"})
    found = of_training(rows, target, 0.95, preparation.fit(rows.assign(y=target), asked))
    assert found.rows == len(kept)
    assert found.significance == {}
    assert all(set(numbers) == {"standard_deviation"} for numbers in found.features.values())


def test_a_gap_that_is_a_category_of_its_own_has_no_odds_and_is_no_feature_of_one_value() -> None:
    rows, target = drawn(400, 1, "by chance")
    levels = ["high" if value > 0 else "low" for value in rows["a"]]
    rows["a"] = pd.Series(levels, dtype="str").where(rows["a"].notna())
    asked = settings(a={"kind": "category", "missing": "category", "reference": "low"})
    found = of_training(rows, target, 0.95, preparation.fit(rows.assign(y=target), asked))
    assert list(found.features) == ["a=high", "b"]
    assert found.constant == []
    assert found.rows == rows["a"].notna().sum()


def test_what_is_typical_is_worked_out_once_however_many_numbers_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, typical = [], effects.typical

    def recording(rows: pd.DataFrame, prepared: preparation.Preparation) -> effects.Typical:
        asked.append(len(rows))
        return typical(rows, prepared)

    monkeypatch.setattr(effects, "typical", recording)
    rows, target = drawn(400, 1, "by chance")
    found = association(rows, target)
    assert set(found.even_chance) == {"a", "b"}
    assert asked == [found.rows]
