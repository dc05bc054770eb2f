"""params.yaml: what is refused, what is said, and that it is read as DVC reads it."""

import itertools
import json
import math
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from conftest import ROOT
from dvc.utils.hydra import apply_overrides
from dvc.utils.serialize import load_yaml

from passage import params
from passage.base.errors import Mistake
from passage.params import train

TEXT = (ROOT / "params.yaml").read_text(encoding="utf-8")


def changed(old: str, new: str) -> str:
    assert old in TEXT
    return TEXT.replace(old, new, 1)


def test_the_projects_own_params_are_read_with_their_values() -> None:
    settings = params.parse(TEXT)
    assert list(settings.models) == ["model", "model_2"]
    assert settings.models["model_2"].features == ["hours_studied", "math_courses"]
    assert settings.models["model"].train.tol == 1e-8
    assert settings.score["guessed_hours"].model == "model"


# What is replaced in params.yaml; by what, and how the line begins that tells of it.
WRONG: dict[str, list[tuple[str, str]]] = {
    "C: 1.0": [
        ("C: -1", "models.model.train.C is -1; it should be greater than 0, or auto"),
        ("C: .nan", "models.model.train.C is nan; it should be greater than 0, or auto"),
        ("C: yes", 'models.model.train.C is "yes"; it should be a valid number, or auto'),
        ("C: Auto", 'models.model.train.C is "Auto"; it should be a valid number, or auto'),
        ("C: true", "models.model.train.C is true; it should be a valid number, or auto"),
        ("C: [auto]", "models.model.train.C is a list; it should be a valid number, or auto"),
        ("", "models.model.train.C is missing"),
        ("C: 1e300", "models.model.train.C is 1e+300; it must be from 1e-100 to 1e100, .inf for no penalty, or auto"),
        ("C: 1.0\n      2: 3", "models.model.train.2: the name is not text; put it in quotes"),
        ("C: 1\n      tune: {C: [1]}", "models.model.train.tune.C has one entry; it must hold at least 2"),
        ("C: 1\n      tune: {C: []}", "models.model.train.tune.C is empty; it must hold at least 2 entries"),
        ("C: 1\n      tune: {C: [1, .inf]}", "models.model.train.tune.C.1 is inf; it should be less than"),
        (
            "C: 1\n      tune: {criterium: f1}",
            "models.model.train.tune.criterium is not a known key; did you mean crit",
        ),
        ("CC: 1.0", "models.model.train.CC is not a known key; did you mean C? Known are C, l1_ratio"),
    ],
    "C: 1.0\n      l1_ratio: 0.0\n      solver: newton-cholesky": [
        (
            "C: .inf\n      l1_ratio: 0.5\n      solver: saga",
            'models.model.train.solver is "saga"; without a penalty (C of .inf) train.l1_ratio must be 0',
        ),
        (
            "C: .inf\n      l1_ratio: 0\n      solver: liblinear",
            'models.model.train.solver is "liblinear"; without a penalty (C of .inf) it must be another solver',
        ),
    ],
    "l1_ratio: 0.0": [
        ("l1_ratio: 1", 'models.model.train.solver is "newton-cholesky"; train.l1_ratio 1 needs liblinear or saga'),
        ("l1_ratio: 0.5", 'models.model.train.solver is "newton-cholesky"; train.l1_ratio 0.5 needs saga'),
    ],
    "solver: newton-cholesky": [("solver: newton", 'models.model.train.solver is "newton"; it should be')],
    "    positive: 1\n": [
        (
            "",
            "models.model.positive is missing: which of the target's two labels is predicted; write, for example, pos",
        ),
        ("    positive: 1.5\n", "models.model.positive is 1.5; it must be a text, a whole number, true or"),
        ("    positive: [1]\n", "models.model.positive is a list; it must be a text, a whole number, true or"),
    ],
    "    columns: {}\n": [
        ("", "models.model.columns is missing: by column: what it holds, and what to do where it is")
    ],
    "threshold: 0.5": [
        ("threshold: 2", "models.model.threshold is 2; it should be less than or equal to 1, or auto"),
        ("threshold: best", 'models.model.threshold is "best"; it should be a valid number, or auto'),
        ("threshold:", "models.model.threshold is empty; it should be a valid number, or auto"),
        ("treshold: 0.5", "models.model.treshold is not a known key; did you mean threshold? Known are data"),
    ],
    "method: random": [
        ("method: rnd", "models.model.split.method is \"rnd\"; it should be 'random', 'column', 'hash',"),
        ("method: hash", "models.model.split.column is missing; split.method hash needs it"),
        ("method: time\n      column: day", "models.model.split.test_from is missing; split.method time needs it"),
        (
            "method: hash\n      column: hours_studied",
            'models.model.split.column is "hours_studied"; it must be neither a feature nor the target',
        ),
    ],
    "method: column": [
        ("method: group", "models.model_2.split.stratify is missing; split.method group needs it"),
    ],
    "column: split": [
        ("", "models.model_2.split.column is missing; split.method column needs it"),
        ("column: hours_studied", 'models.model_2.split.column is "hours_studied"; it must be neither a'),
    ],
    "test_size: 0.25": [
        ("test_size: 1.5", "models.model.split.test_size is 1.5; it should be less than 1"),
        ("", "models.model.split.test_size is missing; split.method random needs it"),
    ],
    "seed: 27": [("seed: 2.5", "models.model.split.seed is 2.5; it should be a valid integer")],
    "    split:\n": [("    split: 3\n    x:\n", "models.model.split is 3; it must be a mapping of keys to values")],
    "- math_courses": [("- hours_studied", 'models.model_2.features.1 is "hours_studied"; each feature may be named')],
    "- hours_studied": [
        ("- passed_exam", 'models.model.features.0 is "passed_exam"; the target must not be among'),
        ("- probability", 'models.model.features.0 is "probability"; the tables of predictions use'),
    ],
    "    - hours_studied\n": [("", "models.model.features is empty; it should be a valid list")],
    "features:\n    - hours_studied": [("features: []", "models.model.features is empty; it must hold at least one")],
    "      - failed\n": [("", "models.model.words.classes has one entry; it must hold at least 2")],
    "data/raw/exam_hours.csv": [
        ("../x.csv", 'models.model.data is "../x.csv"; it must be a .csv or .parquet file below'),
        ("data/raw/../../x.csv", 'models.model.data is "data/raw/../../x.csv"; it must be a'),
    ],
    "  model_2:": [
        ("  1:", "models.1: the name is not text; put it in quotes"),
        ("  score:", 'models.score is "score"; a name must consist of letters, digits, _ and -'),
        (
            f"  {'a' * 101}:",
            f'models.{"a" * 101} is "{"a" * 101}"; a name must consist of letters, digits, _ and -, 100',
        ),
        ("  a/b:", 'models.a/b is "a/b"; a name must consist of letters, digits, _ and -'),
    ],
    "model: model\n": [("model: x\n", 'score.guessed_hours.model is "x"; it must be one of model, model_2')],
    "experiment: exam-passage": [('experiment: ""', "mlflow.experiment is empty; it must be a text")],
    "mlflow:\n": [
        ("mlflow:\n  uri: x\n", "mlflow.uri is not a known key; Known are experiment"),
        ("other: 1\nmlflow:\n", "other is not a known key; Known are models, score, mlflow"),
    ],
}
# The same of the settings of a column: of the target, and of a feature.
OF_THE_TARGET = {
    "missing: median": 'missing is "median"; of the target, error and drop are left',
    "others: rest": 'others is "rest"; positive must then be a text, in quotes where it is a number',
}
OF_A_FEATURE = {
    "kind: text": "kind is \"text\"; it should be 'number', 'category' or 'boolean'",
    "kind: category, missing: median": 'missing is "median"; a category has no median; category, most_',
    "kind: boolean, missing: median": 'missing is "median"; a boolean has no median; most_frequent, drop',
    "others: rest": 'others is "rest"; only the target has it, which is passed_exam',
    "missing: category": 'missing is "category"; a number has no categories; with kind: category it has',
    "kind: category, missing: category, indicator: true": "indicator is true; where missing is category nothing is",
    "indicator: true": "indicator is true; where missing is error nothing is filled; median or",
    "reference: a": 'reference is "a"; only a category has it, and this is a number',
    "unseen: reference": 'unseen is "reference"; only a category has it, and this is a number',
    "kind: boolean, minimum: 0": "minimum is 0.0; only a number has it, and this is a boolean",
    "minimum: 3, maximum: 2": "maximum is 2.0; it must not be less than minimum, which is 3",
    "kind: category, reference: a, allowed: [b]": "allowed is a list; the reference, a, must be among",
    "missing: drop, nullable: false": "nullable is false; missing is drop, which says what to do with",
    "nullable: true": "nullable is true; of a feature, missing must then be median, most_frequent, category or drop",
    "minimum: .nan": "minimum is nan; it should be a finite number",
    "maximum: .inf": "maximum is inf; it should be a finite number",
    "allowed: [1, a]": 'allowed.1 is "a"; it must be a number; a column of text has kind: category',
    "allowed: [1, true]": "allowed.1 is true; it must be a number; a column of text has kind: category",
    "minimum: 2, allowed: [2, 1.5]": "allowed.1 is 1.5; it must not be below minimum or above maximum",
    "maximum: 1, allowed: [2]": "allowed.0 is 2; it must not be below minimum or above maximum",
    "allowed: [[1]]": "allowed.0 is a list; it must be a text, a number, true or false",
    "allowed: []": "allowed is empty; it must hold at least one entry",
    "kind: boolean, unique: true": "unique is true; a boolean has two values, and there are more rows",
    "kind: boolean, allowed: [true]": "allowed is a list; a boolean is true or false",
}
TIME = "it must be a number, or a date or time as 2026-03-01"
TEST_FROM = {
    "03/04/2026": f'"03/04/2026"; {TIME}',
    '"2026-02-30"': f'"2026-02-30"; {TIME}',
    '"20260301"': f'"20260301"; {TIME}',
    "soon": f'"soon"; {TIME}',
    ".nan": f"nan; {TIME}",
    "true": f"true; {TIME}",
    "[1]": f"a list; {TIME}",
    "2026-03-01": '2026-03-01; it must be in quotes, "2026-03-01", since DVC takes no bare',
}


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        *((old, new, line) for old, wrong in WRONG.items() for new, line in wrong),
        *(
            ("columns: {}", f"columns: {{{name}: {{{written}}}}}", f"models.model.columns.{name}.{line}")
            for name, wrong in (("passed_exam", OF_THE_TARGET), ("hours_studied", OF_A_FEATURE))
            for written, line in wrong.items()
        ),
        *(
            (
                "method: random",
                f"method: time\n      column: day\n      test_from: {text}",
                f"models.model.split.test_from is {line}",
            )
            for text, line in TEST_FROM.items()
        ),
    ],
)
def test_a_wrong_value_gets_one_line_with_its_full_key_and_what_is_allowed(old: str, new: str, line: str) -> None:
    with pytest.raises(Mistake) as caught:
        params.parse(changed(old, new))
    assert [found for found in caught.value.lines if found.startswith(f"params.yaml: {line}")], caught.value.lines


def test_every_wrong_key_has_a_line_of_its_own() -> None:
    with pytest.raises(Mistake) as caught:
        params.parse(changed("C: 1.0", "C: -1").replace("threshold: 0.5", "threshold: 2"))
    assert len(caught.value.lines) == 3


@pytest.mark.parametrize("text", ["", "models", "[]"])
def test_a_file_that_is_no_mapping_is_refused(text: str) -> None:
    with pytest.raises(Mistake, match=r"params\.yaml: the file is .*; it must be a mapping"):
        params.parse(text)


def test_broken_yaml_and_a_key_that_stands_twice_are_refused_with_their_line() -> None:
    with pytest.raises(Mistake, match=r"params\.yaml, line \d+: this is not YAML"):
        params.parse(changed("models:", "models: ["))
    with pytest.raises(Mistake, match=r'params\.yaml, line 17: this is not YAML: found duplicate key "seed"'):
        params.parse(changed("seed: 27", "seed: 27\n      seed: 28"))


def test_control_characters_and_other_encodings_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Mistake, match=r"params\.yaml: this is not YAML: "):
        params.parse(changed("C: 1.0", "C: \x00"))
    monkeypatch.chdir(tmp_path)
    Path("params.yaml").write_bytes("é".encode("latin-1"))
    with pytest.raises(Mistake, match=r"params\.yaml: byte 1 is not UTF-8; save it as UTF-8"):
        params.load()


def test_infinity_means_no_penalty() -> None:
    assert math.inf == params.parse(changed("C: 1.0", "C: .inf")).models["model"].train.C


def test_keys_of_another_split_method_may_stay_and_have_no_part_in_the_result() -> None:
    lane = params.parse(changed("method: random", "method: none")).models["model"]
    assert lane.split.test_size == 0.25
    assert lane.used()["split"] == {"method": "none"}


@pytest.mark.parametrize(
    ("method", "used", "mark"),
    [
        (
            "time\n      test_from: '2026-03-01T09:30+01:00'",
            {"column": "id", "test_from": "2026-03-01T09:30+01:00"},
            "id",
        ),
        ("time\n      test_from: 3", {"column": "id", "test_from": 3}, "id"),
        ("column", {"column": "id"}, None),
        ("hash", {"column": "id", "test_size": 0.25, "seed": 27}, "id"),
        ("group", {"column": "id", "test_size": 0.25, "stratify": True, "seed": 27}, "id"),
    ],
)
def test_a_split_uses_its_own_keys_and_the_table_must_have_its_column(
    method: str, used: dict[str, Any], mark: str | None
) -> None:
    lane = params.parse(changed("method: random", f"method: {method}\n      column: id")).models["model"]
    assert lane.used()["split"] == {"method": method.partition("\n")[0]} | used
    assert lane.split.past_only == method.startswith("time")
    assert lane.split.mark == mark
    assert lane.needed_columns("model")["id"] == "models.model.split.column"
    random = params.parse(changed("method: random", "method: random\n      column: id")).models["model"]
    assert "id" not in random.needed_columns("model")
    assert random.split.mark is None


def test_only_what_prepares_a_feature_has_a_part_in_the_result() -> None:
    def used(columns: str) -> dict[str, Any]:
        return params.parse(changed("columns: {}", f"columns: {{{columns}}}")).models["model"].used()

    usual = params.parse(TEXT).models["model"].used()
    assert not {"columns", "positive"} & set(usual)
    checks = "id: {unique: true}, hours_studied: {minimum: 0, maximum: 99, nullable: false, missing: error}"
    assert used(checks) == usual
    assert used("hours_studied: {missing: median, minimum: 0}")["columns"] == {"hours_studied": {"missing": "median"}}
    assert params.parse(changed("positive: 1", "positive: 0")).models["model"].used()["positive"] == 0


def test_a_number_that_may_have_one_value_has_a_minimum_that_is_its_maximum() -> None:
    column = params.parse(changed("columns: {}", "columns: {hours_studied: {minimum: 2, maximum: 2, allowed: [2]}}"))
    assert column.models["model"].column("hours_studied").maximum == 2


@pytest.mark.parametrize(
    ("kind", "defaults"),
    [
        ("number", "indicator: false, reference: null, unseen: error"),
        ("category", "indicator: false, minimum: null, maximum: null, allowed: null, nullable: null"),
        ("boolean", "reference: null, unseen: error, minimum: null, maximum: null, allowed: null, unique: false"),
    ],
)
def test_a_default_may_be_written_where_nothing_else_may(kind: str, defaults: str) -> None:
    used = params.parse(changed("columns: {}", f"columns: {{hours_studied: {{kind: {kind}, {defaults}}}}}"))
    expected = {} if kind == "number" else {"hours_studied": {"kind": kind}}
    assert used.models["model"].used().get("columns", {}) == expected


@pytest.mark.parametrize("missing", ["median", "drop"])
def test_gaps_with_which_something_is_done_may_also_be_said_to_be_allowed(missing: str) -> None:
    said = f"columns: {{hours_studied: {{missing: {missing}, nullable: true}}}}"
    assert params.parse(changed("columns: {}", said)).models["model"].column("hours_studied").nullable


def test_the_table_must_have_the_columns_that_words_are_given_for() -> None:
    wanted = params.parse(changed("        hours_studied:\n", "        hours:\n")).models["model"].needed_columns("m")
    assert wanted["hours"] == "models.m.words.columns"


def test_a_column_that_is_no_feature_may_say_that_it_has_gaps_and_is_read_as_text_unless_it_is_a_number() -> None:
    columns = (
        "columns: {id: {unique: true, nullable: true}, day: {kind: category}, age: {minimum: 0}, b: {missing: drop}}"
    )
    lane = params.parse(changed("columns: {}", columns)).models["model"]
    assert lane.text_columns() == ["id", "day"]
    assert list(lane.only_checked()) == ["id", "day", "age"]


def test_how_to_choose_has_a_part_in_the_result_only_where_something_is_chosen() -> None:
    tuned = changed("C: 1.0", "C: 1.0\n      tune: {criterion: f1}")
    lane = params.parse(tuned).models["model"]
    assert not lane.chooses()
    assert "tune" not in lane.used()["train"]
    for old, new, key in (("C: 1.0", "C: auto", "train.C"), ("threshold: 0.5", "threshold: auto", "threshold")):
        auto = params.parse(tuned.replace(old, new, 1)).models["model"]
        assert auto.autos() == [key]
        assert auto.used()["train"]["tune"]["criterion"] == "f1"


def test_the_values_of_c_that_are_tried_go_from_a_thousandth_to_a_thousand_in_even_steps() -> None:
    tried = train.Tune().C
    assert (tried[0], tried[-1], len(tried)) == (0.001, 1000, 13)
    assert all(2.9 < later / earlier < 3.4 for earlier, later in itertools.pairwise(tried))


def test_held_numbers_take_the_place_of_auto_and_nothing_else_changes() -> None:
    auto = params.parse(changed("C: 1.0", "C: auto").replace("threshold: 0.5", "threshold: auto", 1)).models["model"]
    held = auto.holding(1.0, 0.5)
    assert held == params.parse(TEXT).models["model"]
    assert auto.chooses()
    assert not held.chooses()


def test_the_scaling_saw_test_rows_only_where_it_did() -> None:
    assert not params.parse(TEXT).models["model"].saw_test_rows()
    on_all = changed("fit_on: train", "fit_on: all")
    assert params.parse(on_all).models["model"].saw_test_rows()
    assert not params.parse(on_all.replace("method: random", "method: none")).models["model"].saw_test_rows()
    assert not params.parse(on_all.replace("method: standard", "method: none")).models["model"].saw_test_rows()


SCALARS = ["1e-09", "1e3", "1.0e-8", "2", "2.0", ".inf", "-.inf", "yes", "no", "on", "true", "True", "null", "~"]
SCALARS += ["0o17", "012", "1_000", "12:30:45", "2026-11-23", '"5"', "none", "0x1F", "+1", ".5", "5.", "x y", "'it''s'"]
SCALARS += ["[1, a]", "{a: 1}"]


@pytest.mark.parametrize("scalar", SCALARS)
def test_a_value_is_read_as_dvc_reads_it(scalar: str, tmp_path: Path) -> None:
    path = tmp_path / "params.yaml"
    path.write_text(f"key: {scalar}\n", encoding="utf-8")
    ours, theirs = params.read_yaml(path.read_text(encoding="utf-8")), load_yaml(path)
    assert ours == theirs
    assert type(ours["key"]) is type(theirs["key"])


@pytest.mark.parametrize(
    ("override", "read"),
    [
        ("models.model.train.tol=1e-9", lambda lane: lane.train.tol == 1e-9),
        ("models.model.train.C=2", lambda lane: lane.train.C == 2.0),
        ("models.model.train.C=auto", lambda lane: lane.train.C == "auto"),
        ("models.model.threshold=auto", lambda lane: lane.threshold == "auto"),
        ("+models.model.train.tune.criterion=f1", lambda lane: lane.train.tune.criterion == "f1"),
        ("models.model.split.method=none", lambda lane: lane.used()["split"] == {"method": "none"}),
        ("+models.model.split.test_from=2026-03-01", lambda lane: lane.split.test_from == "2026-03-01"),
        ("+models.model.split.test_from=2026", lambda lane: lane.split.test_from == 2026),
        ("models.model.features=[hours_studied]", lambda lane: lane.features == ["hours_studied"]),
        ("models.model.train.class_weight=balanced", lambda lane: lane.train.class_weight == "balanced"),
    ],
)
def test_what_dvc_exp_run_writes_is_read_as_meant(override: str, read: Any, tmp_path: Path) -> None:
    path = tmp_path / "params.yaml"
    path.write_text(TEXT, encoding="utf-8")
    apply_overrides(path, [override])
    assert read(params.parse(path.read_text(encoding="utf-8")).models["model"])


def test_a_key_that_dvc_adds_with_plus_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "params.yaml"
    path.write_text(TEXT, encoding="utf-8")
    apply_overrides(path, ["+models.model.train.c=3"])
    with pytest.raises(Mistake, match=r"models\.model\.train\.c is not a known key; did you mean C\?"):
        params.parse(path.read_text(encoding="utf-8"))


def test_the_schema_is_current_and_params_yaml_names_it_and_keeps_to_it() -> None:
    schema = json.loads((ROOT / "params.schema.json").read_text(encoding="utf-8"))
    assert schema == params.Params.model_json_schema(), "run `make schema`"
    assert TEXT.startswith("# yaml-language-server: $schema=params.schema.json\n")
    jsonschema.validate(params.read_yaml(TEXT), schema)
    jsonschema.validate(params.read_yaml(changed("C: 1.0", "C: auto")), schema)
    for wrong in ("-1", "Auto"):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(params.read_yaml(changed("C: 1.0", f"C: {wrong}")), schema)


def test_a_name_that_is_not_there_is_a_mistake_not_a_traceback() -> None:
    with pytest.raises(Mistake, match=r"there is no models\.modell; models has model, model_2"):
        params.parse(TEXT).model("modell")
    with pytest.raises(Mistake, match=r"there is no score\.x; score has guessed_hours"):
        params.parse(TEXT).batch("x")


def test_an_auto_solver_suits_the_shape_and_the_penalty() -> None:
    lane = params.parse(changed("solver: newton-cholesky", "solver: auto")).models["model"]
    assert [lane.solving(columns, 20).train.solver for columns in (1, 200, 201)] == ["newton-cholesky"] * 2 + ["lbfgs"]
    assert lane.solving(201, 1_000_000).train.solver == "newton-cholesky"
    assert lane.used()["train"]["solver"] == "auto"
    lasso = params.parse(
        changed("solver: newton-cholesky", "solver: auto").replace("l1_ratio: 0.0", "l1_ratio: 0.5", 1)
    )
    assert lasso.models["model"].solving(500, 20).train.solver == "saga"
    named = params.parse(TEXT).models["model"]
    assert named.solving(500, 20) is named


def test_a_text_that_is_too_long_is_told_by_its_length_and_the_limit() -> None:
    """MLflow's store would refuse the experiment once all is built."""
    params.parse(changed("experiment: exam-passage", f"experiment: {'x' * 256}"))
    with pytest.raises(Mistake) as refused:
        params.parse(changed("experiment: exam-passage", f"experiment: {'x' * 10_000}"))
    assert str(refused.value) == "params.yaml: mlflow.experiment has 10000 characters; it may have 256 at most"


def test_aliases_that_stand_for_a_billion_values_are_refused_at_once() -> None:
    nested = "".join(f"b{level}: &b{level} [{', '.join([f'*b{level - 1}'] * 10)}]\n" for level in range(1, 9))
    for key in ("positive: 1", "question: Will a student pass the final exam?", "C: 1.0", "columns: {}"):
        name = key.partition(":")[0]
        with pytest.raises(Mistake, match=f"{name} is a list; it"):
            params.parse(f"b0: &b0 [1]\n{nested}{changed(key, f'{name}: *b8')}")


def test_a_list_with_too_many_entries_is_told_by_how_many_it_may_have() -> None:
    text = (
        (ROOT / "params.yaml").read_text(encoding="utf-8").replace("      - passed\n", "      - passed\n      - x\n", 1)
    )
    with pytest.raises(Mistake, match=r"words\.classes has 3 entries; it may hold 2 at most$"):
        params.parse(text)
