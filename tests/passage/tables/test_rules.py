"""The rules of params.yaml for columns, held against rows."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from conftest import ROOT
from ruamel.yaml import YAML

from passage.base.errors import Mistake
from passage.params import model
from passage.tables import convert, read, rules
from passage.tables.violations import Violations

Write = Callable[[str, str], Path]


def lane(columns: dict[str, Any], features: list[str]) -> model.ModelSettings:
    settings = YAML(typ="safe").load((ROOT / "params.yaml").read_text(encoding="utf-8"))["models"]["model"]
    return model.ModelSettings.model_validate(settings | {"columns": columns, "features": features})


def said(path: Path, columns: dict[str, Any], features: list[str]) -> list[str]:
    """Return what is said of the table at `path`, nothing where all is well."""
    settings = lane(columns, features)
    table = read.table(path, settings.text_columns())
    faults = Violations(table, path)
    asked = {name: settings.column(name) for name in features}
    found = pd.DataFrame({name: convert.feature(table[name], a.kind, a.missing, faults) for name, a in asked.items()})
    rules.check(table, found, settings, "columns", faults)
    try:
        faults.refuse()
    except Mistake as mistake:
        return [line.removeprefix(f"{path}") for line in mistake.lines]
    return []


def test_a_number_is_held_to_its_range(in_folder: Write) -> None:
    path = in_folder("t.csv", "a\n-1\n0\n24\n24.5\n")
    assert said(path, {"a": {"minimum": 0, "maximum": 24}}, ["a"]) == [
        ', line 2: a is "-1", but it must be at least 0 (minimum in columns)',
        ', line 5: a is "24.5", but it must be at most 24 (maximum in columns)',
    ]
    assert said(path, {"a": {"minimum": -1234567.5}}, ["a"]) == []


@pytest.mark.parametrize(
    ("kind", "allowed", "wrong"),
    [
        ("category", ["01", "b"], ["1", "B"]),
        ("category", [1], ["01", "b", "B"]),
        ("category", [True, 1], ["01", "b", "B"]),
        ("number", [1, 2.5], ["3"]),
    ],
)
def test_a_value_is_one_of_those_allowed(in_folder: Write, kind: str, allowed: list[Any], wrong: list[str]) -> None:
    path = in_folder("t.csv", "a\n01\n1\n2.5\n3\n" if kind == "number" else "a\n01\n1\nb\nB\n")
    lines = said(path, {"a": {"kind": kind, "allowed": allowed}}, ["a"])
    assert [line.split('"')[1] for line in lines] == wrong
    assert all(line.endswith("(allowed in columns)") for line in lines)


def test_a_boolean_is_its_value_and_not_its_spelling(in_folder: Write) -> None:
    path = in_folder("t.csv", "a,m\n1,TRUE\n2,0\n3,\n")
    columns = {"m": {"kind": "boolean", "nullable": False}}
    assert said(path, columns, ["a"]) == [
        ", line 4: m is missing, but it must be there in each row (nullable in columns)"
    ]


def test_what_comes_twice_is_told_in_each_row_and_a_gap_is_no_value(in_folder: Write) -> None:
    path = in_folder("t.csv", "id,a\n007,1\n7,2\n,3\n007,4\n,5\n")
    assert said(path, {"id": {"unique": True}}, ["a"]) == [
        ', line 2: id is "007", but it must be there only once (unique in columns)',
        ', line 5: id is "007", but it must be there only once (unique in columns)',
    ]


def test_a_column_that_is_no_feature_may_have_gaps_and_any_kind_unless_it_is_said(in_folder: Write) -> None:
    path = in_folder("t.csv", "a,b\n1,x\n2,\n")
    assert said(path, {"b": {"unique": True}}, ["a"]) == []
    assert said(path, {"b": {"nullable": True}}, ["a"]) == []
    assert said(path, {"b": {"missing": "median"}}, ["a"]) == []
    assert said(path, {"b": {"nullable": False}}, ["a"]) == [
        ", line 3: b is missing, but it must be there in each row (nullable in columns)"
    ]
    assert said(path, {"b": {"kind": "number"}}, ["a"]) == [
        ', line 2: b is "x", but it must be a number (kind in columns)'
    ]


def test_what_is_of_the_wrong_kind_is_told_once(in_folder: Write) -> None:
    path = in_folder("t.csv", "a,b\nx,\n-inf,y\n,2\n1,3\n-1,3\n")
    rule = {"minimum": 0, "allowed": [1, 2], "unique": True, "nullable": False}
    assert said(path, {"a": {"minimum": 0}, "b": rule}, ["a"]) == [
        ', line 2: a is "x", but a feature must be a number',
        ', line 3: a is "-inf", but a feature must be a number',
        ", line 4: a is missing, but a feature must be a number",
        ', line 3: b is "y", but it must be a number (kind in columns)',
        ', line 6: a is "-1", but it must be at least 0 (minimum in columns)',
        ', line 5: b is "3", but it must be one of 1, 2 (allowed in columns)',
        ', line 6: b is "3", but it must be one of 1, 2 (allowed in columns)',
        ', line 5: b is "3", but it must be there only once (unique in columns)',
        ', line 6: b is "3", but it must be there only once (unique in columns)',
        ", line 2: b is missing, but it must be there in each row (nullable in columns)",
    ]


@pytest.mark.parametrize(("values", "more"), [(8, ""), (9, " and 1 more"), (12, " and 4 more")])
def test_many_allowed_values_are_not_all_named(in_folder: Write, values: int, more: str) -> None:
    (line,) = said(in_folder("t.csv", "a\n99\n"), {"a": {"allowed": list(range(values))}}, ["a"])
    assert f"it must be one of 0, 1, 2, 3, 4, 5, 6, 7{more} (allowed" in line


def test_parquet_is_held_to_the_same_rules(in_folder: Write) -> None:
    path = in_folder("t.parquet", "")
    pd.DataFrame({"a": [1, 2], "id": [[1], [1]], "c": [1.0, 2.0]}).to_parquet(path)
    columns = {"id": {"unique": True}, "c": {"kind": "category", "allowed": ["1", "3"]}}
    assert said(path, columns, ["a"]) == [
        ', row 1: id is "[1]", but it must be there only once (unique in columns)',
        ', row 2: id is "[1]", but it must be there only once (unique in columns)',
        ', row 2: c is "2.0", but it must be one of 1, 3 (allowed in columns)',
    ]
