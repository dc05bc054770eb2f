"""The entry: right YAML whatever the names are, and nothing but added lines in params.yaml."""

import difflib
import io
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from conftest import ROOT
from dvc.utils.hydra import apply_overrides
from dvc.utils.serialize import parse_yaml
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from passage import params
from passage.base.errors import Mistake
from tools.adopt import entry
from tools.adopt.entry import Entry
from tools.adopt.profile import Column
from tools.adopt.target import Label, Outcome

TEXT = (ROOT / "params.yaml").read_text(encoding="utf-8")
OUTCOME = Outcome("yes", "no", {"no": 60, "yes": 40}, "it says so")
HARD = ["a b", "it's", 'a "b"', "größe", "a: b", "a #b", "- a", "1", "1.5", "yes", "null", "~", "", "*a", "&a", "{a}"]
HARD += ["a\nb", "a\\nb", "\t", "%", "@a", "`", "a\u2028b", "2024-01-01", "0x1F", "1e5", "日本", "y", " a ", "a\n# - b"]


def made(*columns: Column, target: str = "churned", name: str = "churn", found: Outcome = OUTCOME) -> Entry:
    return entry.entry(name, f"data/raw/{name}.csv", target, found, columns, f"{name}.csv")


COLUMNS = (
    Column("customer_id", None, "an identifier: each of the 100 values is there once"),
    Column("town", None, "too many categories: 40", {"kind": "category", "unseen": "reference"}, offered=True),
    Column("age", "number", "from 18 to 95; 12 missing", {"kind": "number", "missing": "median", "indicator": True}),
    Column("plan", "category", "2 values, basic 60, pro 40", {"kind": "category"}),
    Column("hours", "number", "from 0 to 9"),
)


def test_the_entry_reads_like_the_lessons_with_a_reason_for_each_column() -> None:
    text = made(*COLUMNS).text
    assert text.startswith("""\
# Adopted from churn.csv, 100 rows.
churn:
  data: data/raw/churn.csv
  target: churned
  positive: "yes"  # it says so; 40 rows have yes, 60 have no
  # What each column was taken for:
  #   customer_id: left out: an identifier: each of the 100 values is there once
  #   age: number: from 18 to 95; 12 missing
  #   plan: category: 2 values, basic 60, pro 40
  #   hours: number: from 0 to 9
  features:
  # To predict from one of these, too, take away the # before it:
  # - town  # left out: too many categories: 40
  - age
  - plan
  - hours
  columns:
    town:
      kind: category
      unseen: reference
    age:
      kind: number
      missing: median
      indicator: true
    plan:
      kind: category
  split:
    method: random
""")


def test_a_doubt_stands_beside_the_column_and_more_than_200_columns_have_the_solver_for_them() -> None:
    doubtful = Column("cells", "number", "from 1 to 9", doubt="was it known before?")
    assert "#   cells: number: from 1 to 9\n  #     please look: was it known before?\n" in made(doubtful).text
    assert f"please look: {'long ' * 99}?\n" in made(replace(doubtful, doubt=f"{'long ' * 99}?")).text
    for numbers, solver in ((199, "newton-cholesky"), (200, "auto")):
        many = Column("plan", "category", "many", {"kind": "category"}, numbers=numbers)
        assert made(doubtful, many).content["churn"]["train"]["solver"] == solver


def test_no_comment_is_lost_where_dvc_writes_params_yaml_anew(in_folder: Callable[[str, str], Path]) -> None:
    params_yaml = in_folder("params.yaml", entry.added(TEXT, made(*COLUMNS)))

    def comments() -> list[str]:
        return re.findall("#.*", params_yaml.read_text(encoding="utf-8"))

    before = comments()
    apply_overrides("params.yaml", ["models.model.train.C=0.1", "models.churn.split.seed=3"])
    assert "seed: 3" in params_yaml.read_text(encoding="utf-8")
    assert comments() == before
    assert sum("town" in comment for comment in before) == 1


def test_an_identifier_of_groups_divides_the_rows() -> None:
    for name in ("patient_id", "a b", "a: {b}", "yes"):
        new = made(Column(name, None, "of groups", groups=True), Column("hours", "number", ""))
        assert new.content["churn"]["split"]["method"] == "group"
        assert params.parse(entry.added(TEXT, new)).models["churn"].split.column == name


def test_ruamel_reads_the_entry_back_and_writes_it_as_it_stands() -> None:
    round_trip, again = YAML(), io.StringIO()
    round_trip.width, round_trip.preserve_quotes = 1000, True
    after = entry.added(TEXT, made(*COLUMNS))
    round_trip.dump(round_trip.load(after), again)
    assert again.getvalue() == after.replace(": null", ":")  # as DVC writes it, too


@pytest.mark.parametrize(
    "layout",
    [
        TEXT,
        "models:\n    a: {x: 1}\n# of score\nscore: {}\n",
        "score: {}\nmodels:\n  a:\n    x: 1\n  # below a",
        "models: # all\n  a:\n    x: |\n      # no comment\n\n\n# about score\n\nscore: {}\n",
        "models:\r\n  a:\r\n    x: 1\r\nscore: {}\r\n",
        "score: {}\r\nmodels:\r\n  a:\r\n    x: 1",
    ],
)
def test_any_layout_in_blocks_stays_as_it_is_and_the_entry_is_the_last_model(
    layout: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(params, "parse", lambda text: text)
    new = made(*COLUMNS)
    after = entry.added(layout, new)
    assert [line for line in difflib.ndiff(layout.splitlines(), after.splitlines()) if line[0] in "-?"] == []
    assert params.read_yaml(after) == params.read_yaml(layout) | {
        "models": params.read_yaml(layout)["models"] | new.content
    }
    assert list(params.read_yaml(after)["models"])[-1] == "churn"
    assert ("\r\n" in after) == ("\r\n" in layout)
    assert after.count("\n") == after.count("\r\n") or "\r\n" not in layout
    if "# about score\n\nscore" in layout:
        assert "# about score\n\nscore" in after


def test_a_params_yaml_that_takes_no_entry_is_refused() -> None:
    with pytest.raises(Mistake, match=r"^params\.yaml: models is laid out so that no entry can go below it; write it"):
        entry.added("models: {a: {x: 1}}\n", made(*COLUMNS))


def test_what_check_would_refuse_is_not_written() -> None:
    with pytest.raises(Mistake, match=r"^params\.yaml: models\.a b is \"a b\"; a name must consist of letters"):
        entry.added(TEXT, made(*COLUMNS, name="a b"))


def test_without_a_column_to_predict_from_there_is_no_entry_and_each_reason_is_said() -> None:
    with pytest.raises(Mistake) as caught:
        made(Column("a", None, "always 7"), Column("b", None, "no value at all"))
    assert caught.value.lines == [
        "churn.csv: no column is left to predict churned from",
        "churn.csv: a is left out: always 7",
        "churn.csv: b is left out: no value at all",
    ]


def reads_back(names: list[str], label: Label, why: str) -> None:
    left, used = names[::2], names[1::2]
    columns = [
        Column(name, "category" if name in used else None, why, {"kind": "category"}, offered=name not in used)
        for name in names
    ]
    found = Outcome(label, "other", {label: 1, "other": 1}, why)
    new = made(*columns, target=names[0], found=found)
    (content,) = new.content.values()
    for read in (params.read_yaml(new.text), parse_yaml(new.text, "params.yaml"), yaml.safe_load(new.text)):
        (entry_read,) = read.values()
        assert {key: entry_read[key] for key in ("target", "positive", "features", "columns")} == {
            key: content[key] for key in ("target", "positive", "features", "columns")
        }
    back = re.sub(r"^  # - ", "  - ", new.text, flags=re.MULTILINE)
    assert sorted(params.read_yaml(back)["churn"]["features"]) == sorted([*used, *left])


def test_names_that_yaml_would_take_amiss_are_quoted_and_no_comment_leaves_its_line() -> None:
    reads_back(HARD, "yes", "a\n- b: #c")
    for name in HARD:
        reads_back([name, f"{name}."], name, name)


names = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


@given(st.lists(names, min_size=2, max_size=6, unique=True), names | st.integers() | st.booleans(), names)
def test_any_name_any_label_and_any_reason_are_read_back(columns: list[str], label: Label, why: str) -> None:
    reads_back(columns, label, why)


@pytest.mark.parametrize(
    ("stem", "name"),
    [
        ("churn", "churn"),
        ("Kunden Größe (neu) 2024", "Kunden_Grosse_neu_2024"),
        ("score", "table"),
        ("日本", "table"),
        ("--x--", "x"),
        ("a.b", "a_b"),
        ("a" * 99 + "-" + "b" * 99, "a" * 99),
    ],
)
def test_a_files_name_becomes_a_models(stem: str, name: str) -> None:
    assert entry.valid_name(stem) == name


def test_the_larger_the_table_the_fewer_repeats() -> None:
    def repeats(rows: int) -> int:
        found = Outcome(1, 0, {0: rows - 5, 1: 5}, "1 stands for yes")
        return int(made(*COLUMNS, found=found).content["churn"]["evaluate"]["repeats"])

    assert [repeats(rows) for rows in (100, 20_000, 20_001, 3_000_000)] == [10, 10, 3, 1]


@pytest.mark.parametrize(
    ("no", "yes", "others", "classes"),
    [
        ("benign", "malignant", (), ["benign", "malignant"]),
        ("no", "yes", (), ["churned = no", "churned = yes"]),
        (0, 1, (), ["churned = 0", "churned = 1"]),
        (False, True, (), ["churned = false", "churned = true"]),
        ("rest", "Adelie", ("Gentoo", "Chinstrap"), ["churned = rest", "churned = Adelie"]),
    ],
)
def test_the_entry_has_a_question_and_words_that_say_what_the_labels_are(
    no: Label, yes: Label, others: tuple[Label, ...], classes: list[str]
) -> None:
    found = Outcome(yes, no, {no: 60, yes: 40}, "it says so", others=others)
    words = made(*COLUMNS, found=found).content["churn"]["words"]
    shown = [str(label).lower() if isinstance(label, bool) else str(label) for label in (no, yes)]
    assert words == {
        "question": f"Is churned {shown[1]} or {shown[0]}?",
        "rows": "rows",
        "outcome": f"churned = {shown[1]}",
        "classes": classes,
    }


def test_names_that_are_too_long_for_a_phrase_leave_the_words_out() -> None:
    assert "words" not in made(*COLUMNS, target="t" * 190).content["churn"]
