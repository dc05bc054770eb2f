"""The split: by chance but repeatable, by a column, or none."""

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from conftest import ROOT
from hypothesis import given
from hypothesis import strategies as st
from sklearn.model_selection import train_test_split

from passage.base import blocks, files, parquet
from passage.base.errors import Mistake
from passage.params.split import Split
from passage.tables.split import drawn
from stages.split import main
from stages.split import split as who_tests

ROWS = pd.DataFrame({"hours": range(20), "passed": [0, 1] * 10, "side": ["train"] * 15 + ["test"] * 5})


def by_chance(**changes: object) -> Split:
    return Split.model_validate({"method": "random", "test_size": 0.25, "stratify": True, "seed": 27} | changes)


def split(rows: pd.DataFrame, target: str, settings: Split) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the training and the test rows."""
    tests = who_tests(rows, target, settings)
    return rows[~tests], rows[tests]


@given(st.integers(0, 2**32 - 1), st.floats(0.05, 0.9), st.integers(4, 300), st.integers(2, 9), st.booleans())
def test_rows_are_drawn_as_scikit_learn_draws_them(
    seed: int, size: float, count: int, rare: int, stratify: bool
) -> None:
    rows = pd.DataFrame({"passed": (np.arange(count) % (count // 2 if rare > count // 2 else rare) == 0)})
    wanted = {"test_size": size, "stratify": rows if stratify else None, "random_state": seed}
    try:
        theirs = train_test_split(rows, **wanted)
    except ValueError:
        return
    assert sorted(drawn(rows["passed"], size, stratify, seed)) == sorted(theirs[1].index)


@given(st.integers(0, 2**32 - 1), st.sampled_from([0.1, 0.25, 0.5]), st.booleans())
def test_every_row_is_on_one_side_and_the_same_seed_gives_the_same_sides(
    seed: int, size: float, stratify: bool
) -> None:
    settings = by_chance(seed=seed, test_size=size, stratify=stratify)
    train, test = split(ROWS, "passed", settings)
    assert sorted([*train.index, *test.index]) == list(ROWS.index)
    assert split(ROWS, "passed", settings)[1].equals(test)
    if stratify:
        assert abs(test["passed"].mean() - 0.5) <= 0.5 / len(test)


def test_a_column_says_who_tests() -> None:
    train, test = split(ROWS, "passed", Split(method="column", column="side"))
    assert test["hours"].tolist() == [15, 16, 17, 18, 19]
    assert len(train) == 15


@pytest.mark.parametrize("method", ["hash", "group"])
def test_rows_of_one_person_are_on_one_side(method: str) -> None:
    rows = ROWS.assign(person=[str(number % 7) for number in range(20)])
    train, test = split(rows, "passed", by_chance(method=method, column="person"))
    assert sorted([*train.index, *test.index]) == list(ROWS.index)
    assert set(train["person"]).isdisjoint(test["person"])
    assert len(test)


def test_without_a_split_every_row_trains() -> None:
    train, test = split(ROWS, "passed", Split(method="none"))
    assert train.equals(ROWS)
    assert test.empty
    assert list(test) == list(ROWS)


@pytest.mark.parametrize(
    ("passed", "side", "said"),
    [
        ([1] * 20, None, "passed is 1 in each of the 15 training rows; both labels must be among them"),
        ([False] * 15 + [True] * 5, "side", "passed is false in each of the 15 training rows"),
        ([0] * 15 + [1] * 5, "side", "passed is 0 in each of the 15 training rows"),
        ([0, 1] * 10, "nobody", "there are no training rows"),
        ([0] * 19 + [1], None, "least populated class"),
    ],
)
def test_rows_that_cannot_train_a_model_are_refused(passed: list[int], side: str | None, said: str) -> None:
    rows = ROWS.assign(passed=passed, nobody="test")
    settings = Split(method="column", column=side) if side else by_chance()
    with pytest.raises(ValueError, match=said):
        split(rows, "passed", settings)


@pytest.mark.parametrize(("size", "said"), [(1e-9, "there are no test rows"), (1 - 1e-9, "there are no training rows")])
def test_a_hash_that_leaves_a_side_empty_is_refused(size: float, said: str) -> None:
    rows = ROWS.assign(person=[str(number) for number in range(20)])
    with pytest.raises(ValueError, match=said):
        split(rows, "passed", by_chance(method="hash", column="person", test_size=size))


def test_the_labels_of_the_rest_are_counted_in_the_rows_that_are_left(in_folder: Callable[[str, str], Path]) -> None:
    settings = (ROOT / "params.yaml").read_text(encoding="utf-8").replace("positive: 1", "positive: x", 1)
    columns = "columns: {hours_studied: {missing: drop}, passed_exam: {others: rest}}"
    in_folder("params.yaml", settings.replace("columns: {}", columns, 1))
    rows = [f"{n if n % 5 else ''},{'xyz'[n % 3]}\n" for n in range(30)]
    in_folder("data/raw/exam_hours.csv", "hours_studied,passed_exam\n" + "".join(rows))
    main("model")
    dropped = files.read_json(Path("data/split/model/dropped.json"))
    assert {one["label"]: one["rows"] for one in dropped.pop("rest")} == {"y": 8, "z": 8}
    assert dropped == {"rows": 6, "of": 30, "missing": {"hours_studied": 6}}


@pytest.mark.parametrize(
    "split",
    [
        {"method": "random"},
        {"method": "group", "column": "who"},
        {"method": "time", "column": "day", "test_from": "2024-02-01"},
        {"method": "column", "column": "side"},
    ],
)
def test_of_rows_that_are_left_out_for_want_of_the_target_nothing_else_is_asked(
    in_folder: Callable[[str, str], Path], split: dict[str, str]
) -> None:
    lesson = yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))
    lesson["models"]["model"]["split"] |= split
    lesson["models"]["model"]["columns"] = {"hours_studied": {"maximum": 40}, "passed_exam": {"missing": "drop"}}
    in_folder("params.yaml", yaml.safe_dump(lesson))
    rows = [f"{n},{n % 2},{n % 9},2024-{1 + n // 20:02}-01,{'train' if n % 3 else 'test'}\n" for n in range(30)]
    footer = "435,,,,\nSource: the school,,,,\n,,,,\n"
    path = in_folder("data/raw/exam_hours.csv", "hours_studied,passed_exam,who,day,side\n" + "".join(rows) + footer)
    main("model")
    sides = pd.read_parquet("data/split/model/sides.parquet")["side"].tolist()
    assert [row for row, side in enumerate(sides) if side == 2] == [30, 31, 32]
    path.write_text(path.read_text(encoding="utf-8") + "some,1,1,2024-01-01,train\n", encoding="utf-8")
    with pytest.raises(Mistake, match='line 35: hours_studied is "some", but a feature must be a number'):
        main("model")


def table_of(rows: int) -> pd.DataFrame:
    """Return numbers with gaps, categories such as 01, booleans and a target; in the first 100 rows no fraction."""
    chance = np.random.RandomState(4)
    number = chance.randint(0, 50, rows) + np.where(np.arange(rows) < 100, 0, 0.5)
    columns = {"number": pd.Series(number).mask(chance.uniform(size=rows) < 0.1), "whole": chance.randint(0, 9, rows)}
    words = {"word": chance.choice(["01", "1", "x, y"], rows), "yes": chance.choice([True, False], rows)}
    return pd.DataFrame(columns | words | {"passed_exam": chance.randint(0, 2, rows)})


@pytest.mark.parametrize("large", [blocks.LARGE, 1])
@pytest.mark.parametrize("ending", ["csv", "parquet"])
@pytest.mark.parametrize("features", ["number, whole", "number, whole, word, yes"])
def test_a_folder_is_split_into_the_bytes_of_one_file_that_has_all_its_rows(
    in_folder: Callable[[str, str], Path], monkeypatch: pytest.MonkeyPatch, large: int, ending: str, features: str
) -> None:
    monkeypatch.setattr(blocks, "LARGE", large)
    monkeypatch.setattr(parquet, "READ_TOGETHER", 100)
    rows, found = table_of(350), []
    lesson = yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))
    kinds = {"number": {"missing": "drop"}, "word": {"kind": "category"}, "yes": {"kind": "boolean"}}
    lesson["models"]["model"] |= {"features": features.split(", "), "columns": kinds}
    del lesson["models"]["model"]["words"]
    for data, ends in {f"data/raw/whole.{ending}": [0, 350], "data/raw/parts": [0, 90, 90, 101, 350]}.items():
        for start, stop in pairwise(ends):
            part = rows[start:stop]
            path = in_folder(data if Path(data).suffix else f"{data}/{start:03}-{stop:03}.{ending}", "")
            part.to_csv(path, index=False) if ending == "csv" else part.to_parquet(path)
        lesson["models"]["model"]["data"] = data
        in_folder("params.yaml", yaml.safe_dump(lesson))
        main("model")
        found.append({path.name: path.read_bytes() for path in Path("data/split/model").iterdir()})
    assert found[0] == found[1]
    assert len(found[0]) == 4
