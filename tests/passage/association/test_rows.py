"""Rows whose categories are codes say what a column of 0 and 1 for each level says."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from passage.association import associate, cost, firth, margins, one_class, wald
from passage.association.rows import Rows
from passage.base import blocks, parquet, progress
from passage.base.parquet import Columns
from passage.model import design, levels
from passage.model.design import Feature
from passage.model.preparation import Preparation

CHANCE, COUNT = np.random.RandomState(1), 12_000
TABLE = pd.DataFrame(
    {
        "hours": CHANCE.normal(size=COUNT),
        "town": CHANCE.choice(list("abcde"), COUNT),
        "age": CHANCE.normal(100, 10, COUNT),
        "school": [f"s{number}" for number in CHANCE.randint(9, size=COUNT)],
        "new": CHANCE.randint(2, size=COUNT),
    }
)
LOG_ODDS = TABLE["hours"] - (TABLE["town"] == "b") + (TABLE["school"] == "s3") - 0.5
TARGET = (CHANCE.uniform(size=COUNT) < 1 / (1 + np.exp(-LOG_ODDS))).astype(int).to_numpy()
FEATURES = tuple(
    Feature(name, "category", "drop", categories=tuple(sorted(TABLE[name].unique())))
    if name in ("town", "school")
    else Feature(name, "boolean" if name == "new" else "number", "drop")
    for name in map(str, TABLE)
)
PREPARED = Preparation(FEATURES, design.columns(FEATURES, "y"))


@pytest.fixture
def coded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Rows:
    """Return the rows with codes, in a file."""
    parquet.write(tmp_path / "coded.parquet", PREPARED.coded(TABLE))
    monkeypatch.setattr(blocks, "LARGE", 10)
    monkeypatch.setattr(parquet, "READ_TOGETHER", 10_000)
    names = [column.name for column in PREPARED.columns]
    return Rows(Columns(tmp_path / "coded.parquet"), names, TARGET, levels.of(PREPARED.columns, COUNT))


@pytest.fixture
def dense() -> Rows:
    made = PREPARED.design(TABLE)
    return Rows(made, [*made], TARGET)


def test_values_moments_and_cells_are_those_of_columns(coded: Rows, dense: Rows) -> None:
    some = [name for name in dense.columns if name not in ("school=s3", "town=c", "age")]
    for names in (dense.columns, some):
        assert (coded.part(names).values() == dense.part(names).values()).all()
        for ours, theirs in zip(coded.part(names).moments(), dense.part(names).moments(), strict=True):
            assert ours == pytest.approx(theirs, rel=1e-10, abs=1e-12)
        assert margins.of_rows(coded.part(names)).tolist() == margins.of_rows(dense.part(names)).tolist()
    assert (coded.column("school=s3") == dense.column("school=s3")).all()


def test_estimates_without_a_search_are_those_of_columns(coded: Rows, dense: Rows) -> None:
    (ours, _), (theirs, _) = (wald.fit(rows, 0.95) or pytest.fail("no optimum") for rows in (coded, dense))
    for name in ("coefficients", "low", "high", "intercept"):
        assert getattr(ours, name) == pytest.approx(getattr(theirs, name), rel=1e-9)
    assert np.array(ours.tests) == pytest.approx(np.array(theirs.tests), rel=1e-9)
    assert ours.fit.theta == pytest.approx(theirs.fit.theta, rel=1e-9)
    assert ours.fit.covariance == pytest.approx(theirs.fit.covariance, rel=1e-9, abs=1e-15)


def test_firths_estimates_of_a_level_with_one_class_alone_are_those_of_columns(
    coded: Rows, dense: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = np.where(TABLE["school"] == "s5", 0, TARGET)
    monkeypatch.setattr(firth, "LIMIT", 0.0)  # nothing is searched for
    ours, theirs = (firth.fit(rows, target) for rows in (replace(coded, target=target), dense.values()))
    assert ours.converged
    for name in ("coefficients", "low", "high", "intercept"):
        assert getattr(ours, name) == pytest.approx(getattr(theirs, name), rel=1e-6)
    assert np.array(ours.tests) == pytest.approx(np.array(theirs.tests), rel=1e-6)


def test_groups_of_one_class_are_those_of_columns(coded: Rows, dense: Rows) -> None:
    target = np.where(TABLE["school"] == "s5", 0, np.where(TABLE["town"] == "a", 1, TARGET))
    together = [
        [place for place, column in enumerate(PREPARED.columns) if column.feature == one.name] for one in FEATURES
    ]
    found = [one_class.groups(replace(rows, target=target), together) for rows in (coded, dense)]
    assert found[0] == found[1]
    assert "school=s5" in found[0]


@pytest.mark.parametrize("what", ["all", "gaps", "one class"])
def test_all_that_is_said_of_a_large_table_is_what_columns_say(
    what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table, target = TABLE.copy(), TARGET.copy()
    if what == "gaps":
        table.loc[::7, ["hours", "school"]] = np.nan, None
    elif what == "one class":
        target[table["school"] == "s5"] = 0
        target[table["town"] == "a"] = 1
    parquet.write(tmp_path / "rows.parquet", table)
    parquet.write(tmp_path / "coded.parquet", PREPARED.coded(table))
    monkeypatch.setattr(firth, "LIMIT", 0.0)
    theirs = associate.of_training(table, target, 0.95, PREPARED).content()
    monkeypatch.setattr(blocks, "LARGE", 10)
    stored = Columns(tmp_path / "rows.parquet"), Columns(tmp_path / "coded.parquet")
    ours = associate.of_training(stored[0], target, 0.95, PREPARED, stored[1]).content()
    wanted = flat(theirs)
    numbers = {name for name, value in wanted.items() if isinstance(value, float)}
    assert flat(ours) == wanted | {name: pytest.approx(wanted[name], rel=1e-6, abs=1e-12) for name in numbers}


def flat(content: Any, name: str = "") -> dict[str, Any]:
    """Return the numbers and texts of nested content by their places in it."""
    if isinstance(content, dict | list):
        items = content.items() if isinstance(content, dict) else enumerate(content)
        return {key: value for place, one in items for key, value in flat(one, f"{name}/{place}").items()}
    return {name: content}


def test_what_codes_take_is_foretold_without_pairs_of_their_columns(
    coded: Rows, dense: Rows, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(firth, "LIMIT", 0.0)
    monkeypatch.setattr(progress, "LONG", 0.05)
    monkeypatch.setattr(cost, "SECONDS", 1e-6)
    for rows, told in ((coded, False), (dense, True)):
        associate._associated(rows, 0.95, PREPARED.columns)
        assert ("odds of 12,000 rows of 15 columns" in capsys.readouterr().out) == told
