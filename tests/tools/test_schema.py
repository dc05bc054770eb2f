"""The reference of params.yaml: it has every key, and says of each what the settings' classes say."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import jsonschema
import pytest
from conftest import ROOT

from passage.base import files, paths
from passage.params import Params, read_yaml, split
from passage.params.types import Settings
from tools import schema

PAGE = schema.reference(Params.model_json_schema())
ROWS = {cells[0].strip("`"): cells for cells in (line.strip("| ").split(" | ") for line in PAGE.splitlines())}


def settings_in(annotation: Any) -> Iterator[type[Settings]]:
    """Yield the classes of settings that a type is made of."""
    if isinstance(annotation, type) and issubclass(annotation, Settings):
        yield annotation
    for part in get_args(annotation):
        yield from settings_in(part)


def keys(of: type[Settings], name: str = "") -> Iterator[str]:
    """Yield the full name of each field of the class and of those below it."""
    for key, field in of.model_fields.items():
        full = f"{name}{key}"
        yield full
        for below in settings_in(field.annotation):
            entry = f".{schema.ENTRIES[key]}" if key in schema.ENTRIES else ""
            yield from keys(below, f"{full}{entry}.")


def test_every_field_of_every_class_of_settings_has_its_row() -> None:
    every = list(keys(Params))
    assert "models.NAME.words.columns.COLUMN.unit" in every
    assert len(every) > 50
    assert [name for name in every if name not in ROWS] == []
    assert [name for name in ROWS if re.fullmatch(r"(models|score|mlflow)(\.\w+)*", name) and name not in every] == []


def test_the_committed_page_and_schema_are_what_the_classes_give(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("docs").mkdir()
    schema.main()
    for path in (schema.REFERENCE, paths.PARAMS_SCHEMA):
        assert path.read_bytes() == (ROOT / path).read_bytes(), "run `make schema`"


@pytest.mark.parametrize(
    ("name", "cells"),
    [
        ("models.NAME.normalize.fit_on", ["`train` or `all`", "needed"]),
        ("models.NAME.train.C", ["number above 0 or `auto`", "needed"]),
        ("models.NAME.train.class_weight", ["`balanced` or `null`", "needed"]),
        ("models.NAME.split.test_size", ["number between 0 and 1", "needed by `random`, `hash`, `group`"]),
        ("models.NAME.split.test_from", ["number or text", "needed by `time`"]),
        ("models.NAME.evaluate.folds", ["whole number from 2 to 100", "needed"]),
        ("models.NAME.columns.COLUMN.indicator", ["`true` or `false`", "`false`"]),
        ("models.NAME.words.classes", ["a list of 2 of: text, up to 200 characters", ""]),
        ("score", ["[entries as below](#scorebatch)", "needed"]),
        ("models.NAME.words", ["[as below](#modelsnamewords)", "may be left out"]),
    ],
)
def test_a_row_says_what_is_allowed_and_what_an_absent_key_stands_for(name: str, cells: list[str]) -> None:
    assert [cell.strip() for cell in ROWS[name][1:3]] == cells
    assert ROWS[name][3]


@pytest.mark.parametrize(("method", "needed"), [(one, keys) for one, keys in split._SPLIT_KEYS.items() if keys])
def test_an_editor_says_which_key_a_method_of_splitting_needs(method: str, needed: tuple[str, ...]) -> None:
    held = files.read_json(ROOT / paths.PARAMS_SCHEMA)
    content = read_yaml((ROOT / paths.PARAMS).read_text(encoding="utf-8"))
    some: dict[str, Any] = {"column": "id", "test_size": 0.5, "stratify": True, "seed": 1, "test_from": 3}
    content["models"]["model"]["split"] = {"method": method} | some
    jsonschema.validate(content, held)
    for key in needed:
        content["models"]["model"]["split"] = {"method": method} | {one: some[one] for one in some if one != key}
        with pytest.raises(jsonschema.ValidationError, match=f"'{key}' is a required property"):
            jsonschema.validate(content, held)
