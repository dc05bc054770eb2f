"""Every kind of bad input: what is said, in docs/bad-input.md; the exit code; and that nothing is lost.

The lesson's project, as it was built, is made bad in one way; then the command is called that meets it first.
"""

import datetime
import importlib.util
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from conftest import ROOT, Project

from passage.tables import memory

PARAMS, HOURS, COURSES, GUESSED, PARQUET = (
    Path(path)
    for path in (
        "params.yaml",
        "data/raw/exam_hours.csv",
        "data/raw/exam_hours_courses.csv",
        "data/raw/guessed_hours.csv",
        "data/raw/t.parquet",
    )
)
DOCS = "docs/bad-input.md"


@dataclass(frozen=True)
class Edit:
    """The first `old` in a file becomes `new`; without `old` the whole file does; without both it is gone."""

    path: Path
    old: str | None
    new: str | bytes | None

    def make(self) -> None:
        if self.new is None:
            self.path.unlink()
            return
        new = self.new.encode() if isinstance(self.new, str) else self.new
        if self.old is not None:
            content = self.path.read_bytes()
            assert self.old.encode() in content, f"{self.path} has no {self.old}"
            new = content.replace(self.old.encode(), new, 1)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_bytes(new)


@dataclass(frozen=True)
class Kind:
    """A kind of bad input: the commands, of which the last one refuses it, and what makes it.

    free: the memory (bytes) that this machine is taken to have, where that matters.
    """

    commands: str
    edits: tuple[Edit, ...]
    free: int | None = None


def params(old: str, new: str) -> Kind:
    return Kind("check", (Edit(PARAMS, old, new),))


def whole_params(new: str | bytes | None) -> Kind:
    return Kind("check", (Edit(PARAMS, None, new),))


def column(settings: str) -> Edit:
    return Edit(PARAMS, "columns: {}", f"columns: {{hours_studied: {{{settings}}}}}")


def other_column(name: str, settings: str) -> Edit:
    return Edit(PARAMS, "columns: {}", f"columns: {{{name}: {{{settings}}}}}")


def ruled(settings: str) -> Kind:
    return Kind("check", (column(settings),))


def cell(value: str | bytes) -> Kind:
    """Return the kind of a feature that holds `value`."""
    new = value.encode() + b",0" if isinstance(value, str) else value + b",0"
    return Kind("split model", (Edit(HOURS, "7,0", new),))


def table(*rows: str, header: str = "hours_studied,passed_exam") -> Edit:
    return Edit(HOURS, None, "\n".join([header, *rows]) + "\n")


def courses(*rows: str) -> Edit:
    return Edit(COURSES, None, "\n".join(["hours_studied,math_courses,passed_exam,split", *rows]) + "\n")


def new_rows(*rows: str) -> Edit:
    return Edit(GUESSED, None, "\n".join(rows) + "\n")


def method(settings: str) -> Edit:
    return Edit(PARAMS, "method: random", f"method: {settings.replace('; ', chr(10) + '      ')}")


def marked(*marks: str, passed: str = "01" * 9) -> Edit:
    """Return a table with a column `mark`."""
    rows = (f"{row},{one},{mark}" for row, (one, mark) in enumerate(zip(passed, marks, strict=False)))
    return table(*rows, header="hours_studied,passed_exam,mark")


def parquet(**columns: Any) -> tuple[Edit, Edit]:
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table({"hours_studied": [1, 2, 3, 4], "passed_exam": [0, 1, 0, 1]} | columns), sink)
    return parquet_of(bytes(sink.getvalue()))


def parquet_of(content: bytes) -> tuple[Edit, Edit]:
    return Edit(PARAMS, str(HOURS), str(PARQUET)), Edit(PARQUET, None, content)


def months(**texts: str) -> tuple[Edit, ...]:
    """Return a folder of files in the place of the table."""
    return Edit(PARAMS, str(HOURS), "data/raw/months"), *(
        Edit(Path("data/raw/months", name.replace("_csv", ".csv")), None, text) for name, text in texts.items()
    )


def adopt(arguments: str, content: str | bytes, *edits: Edit) -> Kind:
    return Kind(f"adopt {arguments}", (Edit(Path("t.csv"), None, content), *edits))


ROWS = "hours_studied,passed_exam\n1,0\n2,1\n"
NOT_UTF8 = pa.Array.from_buffers(pa.string(), 4, pa.array([b"\xff"] * 4).buffers())
SOUND = parquet(hours_studied=list(range(1000)), passed_exam=[0, 1] * 500)[1].new
assert isinstance(SOUND, bytes)
DAMAGED = SOUND[:8] + b"x" * 392 + SOUND[400:]
FROM = 'time; column: mark; test_from: "2026-03-01"'
TO_TRAIN = "split model; normalize model; train model"
COLUMNS_2 = "- math_courses\n    columns: "
CATEGORY = Edit(PARAMS, COLUMNS_2 + "{}", COLUMNS_2 + "{math_courses: {kind: category}}")
PLANS = [f"{row},{row % 2},{'ab'[row % 2]},{row:03}" for row in range(20)]
PLANNED = "hours_studied,passed_exam,plan,id"
CHURN = "age,hours,churned\n" + "".join(f"{20 + n * 7 % 40},{n % 5}.5,{n % 2}\n" for n in range(40))

KINDS: dict[str, dict[str, Kind]] = {
    "params.yaml": {
        "there is no params.yaml": whole_params(None),
        "it is empty": whole_params(""),
        "it is a list": whole_params("- a\n"),
        "it is not UTF-8": whole_params("é".encode("latin-1")),
        "a bracket is not closed": params("models:", "models: ["),
        "brackets are nested thousands deep": whole_params("models: " + "[" * 3000 + "]" * 3000),
        "a tab indents": params("C: 1.0", "\tC: 1.0"),
        "a control character": params("C: 1.0", "C: \x00"),
        "two documents": params("score:", "---\nscore:"),
        "a tag that would run code": params("experiment: ", "experiment: !!python/object/apply:os.system "),
        "both sides of a merge": params(
            "      C: 1.0\n", "<<<<<<< HEAD\n      C: 1.0\n=======\n      C: 0.5\n>>>>>>> softer\n"
        ),
        "an alias of nothing": params("C: 1.0", "C: *strong"),
        "a key twice": params("seed: 27", "seed: 27\n      seed: 28"),
        "an unknown key": params("mlflow:\n", "other: 1\nmlflow:\n"),
        "a misspelt key": params("    threshold", "    treshold"),
        "a key is missing": params("    positive: 1\n", ""),
        "no model": params("models:", "models: {}\nold:"),
        "a name that is a number": params("  model_2:", "  1:"),
        "a name that is no folder's": params("  model_2:", "  a/b:"),
        "a word for a number": params("C: 1.0", "C: strong"),
        "a word for true or false": params("stratify: true", "stratify: yes"),
        "a number for a word": params("target: passed_exam", "target: 7"),
        "a fraction for a whole number": params("seed: 27", "seed: 2.5"),
        "a fraction for a label": params("positive: 1", "positive: 1.5"),
        "a share above 1": params("test_size: 0.25", "test_size: 1.5"),
        "a penalty without strength": params("C: 1.0", "C: 0"),
        "auto with a capital": params("C: 1.0", "C: Auto"),
        "an unknown method": params("method: random", "method: rnd"),
        "a key that the method needs": params("      test_size: 0.25\n", ""),
        "a bare date": Kind("check", (method("time; column: day; test_from: 2026-03-01"),)),
        "a date of two readings": Kind("check", (method("time; column: day; test_from: 03/04/2026"),)),
        "a solver that has no L1": params("l1_ratio: 0.0", "l1_ratio: 1"),
        "L1 without a penalty": params(
            "C: 1.0\n      l1_ratio: 0.0\n      solver: newton-cholesky",
            "C: .inf\n      l1_ratio: 0.5\n      solver: saga",
        ),
        "no feature": params("features:\n    - hours_studied", "features: []"),
        "a feature twice": params("- math_courses", "- hours_studied"),
        "the target as a feature": params("- hours_studied", "- passed_exam"),
        "a feature with the name of a result": params("- hours_studied", "- probability"),
        "a feature that splits": params("column: split", "column: hours_studied"),
        "a table elsewhere": params(str(HOURS), "../x.csv"),
        "a workbook as a table": params(str(HOURS), "data/raw/x.xlsx"),
        "a table's name that clears the screen": params(str(HOURS), '"data/raw/\\e[2J.csv"'),
        "new rows for an unknown model": params("model: model\n", "model: mode\n"),
        "an unknown kind": ruled("kind: text"),
        "a median of categories": ruled("kind: category, missing: median"),
        "an indicator where nothing is filled": ruled("indicator: true"),
        "a reference for a number": ruled("reference: a"),
        "a least value above the greatest": ruled("minimum: 3, maximum: 2"),
        "a range of categories": ruled("kind: category, minimum: 0"),
        "an infinite limit": ruled("maximum: .inf"),
        "nothing allowed": ruled("allowed: []"),
        "a word among allowed numbers": ruled("allowed: [1, a]"),
        "a number allowed outside its range": ruled("minimum: 2, allowed: [1, 2]"),
        "a reference that is not allowed": ruled("kind: category, reference: a, allowed: [b]"),
        "allowed booleans": ruled("kind: boolean, allowed: [true]"),
        "a boolean that comes once": ruled("kind: boolean, unique: true"),
        "gaps allowed and an error": ruled("nullable: true"),
        "gaps filled and forbidden": ruled("missing: median, nullable: false"),
    },
    "Files and headers": {
        "a table is not there": Kind("check", (Edit(HOURS, None, None),)),
        "a table is empty": Kind("check", (Edit(HOURS, None, ""),)),
        "a column is missing": Kind("check", (Edit(HOURS, "hours_studied", "hours"),)),
        "a blank before a name": Kind("check", (Edit(HOURS, ",passed", ", passed"),)),
        "a name twice": Kind("check", (Edit(HOURS, "passed_exam", "hours_studied"),)),
        "semicolons": Kind("check", (table("1;0", header="hours_studied;passed_exam"),)),
        "UTF-16": Kind("check", (Edit(HOURS, None, "hours_studied,passed_exam\n1,0\n".encode("utf-16")),)),
        "a workbook named .csv": Kind("check", (Edit(HOURS, None, b"PK\x03\x04\x14\x00\xff\xfe"),)),
        "a header that is too narrow": Kind("check", (Edit(HOURS, "0,0", "0,0,0"),)),
        "a header that is too wide": Kind("check", (Edit(HOURS, "passed_exam", "passed_exam,"),)),
        "no line of names": Kind("check", (Edit(HOURS, "hours_studied,passed_exam\n", ""),)),
        "a rule for a column that is not there": Kind("check", (other_column("id", "unique: true"),)),
        "a split by a column that is not there": Kind("check", (method("hash; column: person"),)),
        "a text for a feature": Kind("check", (table("a,0", "b,1", "3+,0", "7,1"),)),
        "text named .parquet": Kind("check", parquet_of(b"a,b\n")),
        "an empty Parquet file": Kind("check", parquet_of(b"")),
        "a Parquet file that is cut": Kind("check", parquet_of(SOUND[:-9])),
        "a damaged Parquet file": Kind("split model", parquet_of(DAMAGED)),
        "a folder without files": Kind("check", months(_SUCCESS="")),
        "a folder of other files": Kind("check", months(a_csv=ROWS, notes="later")),
        "a folder in which one file has other columns": Kind(
            "check", months(a_csv=ROWS, b_csv=ROWS.replace("_studied", ""))
        ),
        "more than the memory that is free": Kind("check", (), free=200_000_000),
    },
    "Rows": {
        "a header without rows": Kind("split model", (table(),)),
        "a letter that is not UTF-8": cell("\xe9".encode("latin-1")),
        "a row that is too long": Kind("split model", (Edit(HOURS, "7,0", "7,0,1"),)),
        "a row that is too short": Kind("split model", (Edit(HOURS, "7,0", "7"),)),
        "a short row of columns that nobody uses": Kind(
            "split model", (table("1,0,a", "2,1", "3,0,c", header="hours_studied,passed_exam,note"),)
        ),
        "a quote that is not closed": cell('"7'),
        "text after a quote": cell('"7"a'),
        "text after a quote that nobody uses": Kind(
            "split model", (table("1,0,a", '2,1,"b"c', header="hours_studied,passed_exam,note"),)
        ),
        "a word for a feature": cell("seven"),
        "a word for a feature in a file of a folder": Kind(
            "split model", months(a_csv=ROWS, b_csv=ROWS.replace("2,1", "two,1"))
        ),
        "a gap": cell(""),
        "a word that stands for a gap": cell("NA"),
        "infinity": cell("-inf"),
        "a number beyond all": cell("1e400"),
        "separators of thousands": cell('"1,234"'),
        "a decimal comma": cell('"7,5"'),
        "a number with its unit": cell("7 h"),
        "a number in hexadecimal": cell("0x1F"),
        "a date for a number": cell("2026-03-01"),
        "true for a number": cell("true"),
        "a number of hundreds of digits": cell("9" * 400),
        "thirty wrong rows": Kind("split model", (table(*["x,0"] * 30, "1,1"),)),
        "wrong in several columns": Kind("split model", (table("one,0", "2,2", "3,1", ",0", "5,1"),)),
        "a word for a boolean": Kind("split model", (column("kind: boolean"), table("yes,0", "false,1", "1,0"))),
        "a gap among categories": Kind("split model", (column("kind: category"), table("NA,0", "DE,1"))),
        "a third label": Kind("split model", (Edit(HOURS, "7,0", "7,2"),)),
        "a target is missing": Kind("split model", (Edit(HOURS, "7,0", "7,"),)),
        "a label that is never there": Kind("split model", (Edit(PARAMS, "positive: 1", 'positive: "yes"'),)),
        "one label alone": Kind("split model", (Edit(PARAMS, "positive: 1", "positive: a"), table("1,a", "2,a"))),
        "Parquet without rows": Kind(
            "split model", parquet(hours_studied=pa.array([], pa.int64()), passed_exam=pa.array([], pa.int64()))
        ),
        "Parquet with a date for a number": Kind(
            "split model", parquet(hours_studied=[None, None, None, datetime.date(2026, 3, 1)])
        ),
        "Parquet with a list for a number": Kind("check", parquet(hours_studied=[[1], None, None, None])),
        "Parquet with bytes for a category": Kind(
            "check", (column("kind: category"), *parquet(hours_studied=[b"a", b"b", b"a", b"b"]))
        ),
        "Parquet with texts that are not UTF-8": Kind("split model", parquet(hours_studied=NOT_UTF8)),
    },
    "Splits": {
        "a side that is neither train nor test": Kind("split model_2", (Edit(COURSES, "0,train", "0,Train"),)),
        "a side is missing": Kind("split model_2", (Edit(COURSES, "0,train", "0,"),)),
        "no row trains": Kind("split model_2", (courses("1,1,0,test", "2,2,1,test"),)),
        "one label trains": Kind("split model_2", (courses("1,1,0,train", "2,2,0,train", "3,2,1,test"),)),
        "one row of a label": Kind("split model", (table("1,0", "2,0", "3,0", "4,1"),)),
        "too few rows for both labels": Kind("split model", (table("1,0", "2,1", "3,0", "4,1"),)),
        "a single row": Kind("split model", (Edit(PARAMS, "stratify: true", "stratify: false"), table("1,0"))),
        "every row is dropped": Kind("split model", (column("missing: drop"), table(",0", ",1", ",0"))),
        "an identifier is missing": Kind("split model", (method("hash; column: mark"), marked("a", "", '" "'))),
        "a hash without test rows": Kind("split model", (method("hash; column: mark"), marked("a", "a"))),
        "one group": Kind("split model", (method("group; column: mark"), marked("a", "a", "a"))),
        "groups of one label each": Kind(
            "split model", (method("group; column: mark"), marked(*"aabb", passed="0011"))
        ),
        "a time of two readings": Kind("split model", (method(FROM), marked("2026-02-01", "03/04/2026"))),
        "a day that is in no calendar": Kind("split model", (method(FROM), marked("2026-02-01", "2026-02-30"))),
        "times with and without a zone": Kind(
            "split model", (method(FROM), marked("2026-02-01", "2026-03-01T10:00+01:00"))
        ),
        "a zone in the table alone": Kind(
            "split model", (method(FROM), marked("2026-02-01T10:00Z", "2026-03-01T10:00Z"))
        ),
        "all rows are earlier": Kind("split model", (method(FROM), marked("2026-02-01", "2026-02-02"))),
        "all rows are later": Kind("split model", (method(FROM), marked("2026-04-01", "2026-04-02"))),
        "a word where time is a number": Kind(
            "split model", (method("time; column: mark; test_from: 3"), marked("1", "soon"))
        ),
    },
    "Training": {
        "a reference that no row has": Kind(
            "split model; normalize model",
            (column("kind: category, reference: gold"), table(*["a,0", "b,1"] * 6)),
        ),
        "one category alone": Kind(
            "split model; normalize model", (column("kind: category"), table(*["a,0", "a,1"] * 6))
        ),
        "a category in test rows alone": Kind("split model_2; normalize model_2", (CATEGORY,)),
        "nothing to fill gaps from": Kind(
            "split model; normalize model", (column("missing: median"), table(*[",0", ",1"] * 6))
        ),
        "a number too large to be scaled": Kind("split model; normalize model", (Edit(HOURS, "7,0", "1e300,0"),)),
        "a solver that is stopped": Kind(
            "train model",
            (Edit(PARAMS, "newton-cholesky", "saga"), Edit(PARAMS, "max_iter: 1000", "max_iter: 1")),
        ),
        "separated rows without a penalty": Kind(
            TO_TRAIN, (Edit(PARAMS, "C: 1.0", "C: .inf"), table(*(f"{row},{int(row > 9)}" for row in range(20))))
        ),
        "too few rows to choose C": Kind(
            TO_TRAIN, (Edit(PARAMS, "C: 1.0", "C: auto"), table("1,0", "2,0", "3,1", "4,0", "5,0", "6,1", "7,0", "8,0"))
        ),
    },
    "Rules for columns": {
        "below the least value": Kind("split model", (column("minimum: 1"),)),
        "above the greatest value": Kind("split model", (column("maximum: 18.5"),)),
        "a number that is not allowed": Kind(
            "split model", (column("allowed: [0, 1, 2]"), table("1,0", "2.5,1", "2,0"))
        ),
        "a category that is not allowed": Kind(
            "split model", (column("kind: category, allowed: [a, b]"), table("a,0", "B,1", "b,0"))
        ),
        "a number twice": Kind("split model", (column("unique: true"), Edit(HOURS, "7,0", "6,0"))),
        "an identifier twice": Kind(
            "split model", (other_column("id", "unique: true"), table(*PLANS, "1,0,a,007", "2,0,a,7", header=PLANNED))
        ),
        "a gap that is not allowed": Kind(
            "split model", (other_column("plan", "nullable: false"), table(*PLANS, "1,0,,x", header=PLANNED))
        ),
        "another kind than is said": Kind(
            "split model", (other_column("id", "kind: number"), table(*PLANS, "1,0,a,x", header=PLANNED))
        ),
        "several rules at once": Kind(
            "split model",
            (column("minimum: 1, maximum: 18, unique: true"), Edit(HOURS, "7,0", "1,2"), Edit(HOURS, "8,0", "x,0")),
        ),
        "a rule for the target": Kind(
            "split model", (other_column("passed_exam", "minimum: 1"), table("1,1", "2,0", "3,1", "4,1"))
        ),
    },
    "Tables to score": {
        "new rows are not there": Kind("check", (Edit(GUESSED, None, None),)),
        "new rows lack a feature": Kind("check", (Edit(GUESSED, "hours_studied", "hours"),)),
        "no new rows": Kind("score guessed_hours", (new_rows("hours_studied"),)),
        "new rows that are not UTF-8": Kind("score guessed_hours", (Edit(GUESSED, "11", b"\xe9"),)),
        "a new row that is too short": Kind("score guessed_hours", (new_rows("hours_studied,name", "1,a", "2"),)),
        "a word among new rows": Kind("score guessed_hours", (Edit(GUESSED, "11", "eleven"),)),
        "a gap among new rows": Kind("score guessed_hours", (new_rows("id,hours_studied", "a,1", "b,"),)),
        "a column with the name of a result": Kind(
            "score guessed_hours", (new_rows("hours_studied,predicted", "1,1"),)
        ),
        "a category that no training row has": Kind(
            "split model_2; normalize model_2; train model_2; score guessed_hours",
            (
                CATEGORY,
                Edit(PARAMS, "method: column", "method: none"),
                Edit(PARAMS, "model: model\n", "model: model_2\n"),
                new_rows("hours_studied,math_courses", "1,1", "2,77"),
            ),
        ),
        "a new row above the greatest value": Kind("score guessed_hours", (column("maximum: 168"),)),
        "a new identifier twice": Kind(
            "score guessed_hours",
            (other_column("id", "unique: true"), new_rows("id,hours_studied", "007,1", "7,2", "007,3")),
        ),
        "an unknown batch": Kind("score nobody", ()),
    },
    "Adopting a table": {
        "no table to adopt": Kind("adopt gone.csv churned", ()),
        "a folder of folders to adopt": Kind("adopt data churned", ()),
        "a workbook to adopt": adopt("t.csv churned", b"PK\x03\x04"),
        "no line of names in it": adopt("t.csv 0", CHURN.partition("\n")[2]),
        "a name too many": adopt("t.csv churned", CHURN.replace("churned", "churned,left")),
        "one name for two columns": adopt("t.csv churned", CHURN.replace("hours", "age")),
        "a misspelt target": adopt("t.csv churnd", CHURN),
        "three labels": adopt("t.csv churned", f"{CHURN}1,2,maybe\n"),
        "a target without labels": adopt("t.csv churned", "age,churned\n" + "1, \n" * 9),
        "a positive label that is not there": adopt("t.csv churned mine maybe", CHURN),
        "nothing to predict from": adopt("t.csv churned", "a,churned\n" + "7,0\n7,1\n" * 9),
        "numbers of two readings": adopt("t.csv churned", "a;churned\n1,234;0\n2;1\n2;1\n3;0\n4;0\n"),
        "a ragged table": adopt("t.csv churned", f"{CHURN}1,2\n"),
        "two encodings": adopt("t.csv churned", f"{CHURN}ä,1,1\n".encode() + b"\xe4,1,1\n"),
        "a table in data/raw whose name is no CSV's": Kind(
            "adopt data/raw/t.txt churned", (Edit(Path("data/raw/t.txt"), None, CHURN),)
        ),
        "a model of that name": adopt("t.csv churned model", CHURN),
        "another table of that name": adopt("t.csv churned", CHURN, Edit(Path("data/raw/t.csv"), None, "a,b\n")),
        "a name that cannot be one": adopt("t.csv churned a/b", CHURN),
        "a params.yaml that is wrong already": adopt("t.csv churned", CHURN, Edit(PARAMS, "C: 1.0", "C: -1")),
    },
    "Commands": {
        "an unknown command": Kind("nothing", ()),
        "a command without its model": Kind("train", ()),
        "an argument too many": Kind("check all", ()),
        "an unknown model": Kind("train nobody", ()),
        "an unknown option of audit": Kind("audit --fix", ()),
        "an unknown option of verify": Kind("verify all --own", ()),
        "a run's name instead of its id": Kind("verify nobody", ()),
        "an unknown run": Kind(f"verify {'0' * 32}", ()),
        "an unknown option of solvers": Kind("solvers fast", ()),
        "a file that no model makes": Kind("check", (Edit(Path("models/mine/model.json"), None, "{}"),)),
        "half a dvc.lock": Kind("check", (Edit(Path("dvc.lock"), None, "stages:\n  check:\n    cmd: 'pyth"),)),
    },
}
ALL = {name: kind for kinds in KINDS.values() for name, kind in kinds.items()}


def documented() -> dict[str, dict[str, tuple[str, str]]]:
    """Return by section and kind the command and the lines that docs/bad-input.md shows."""
    found: dict[str, dict[str, tuple[str, str]]] = {}
    for section, text in re.findall(r"^## (.*)\n((?:(?!## ).*\n?)*)", (ROOT / DOCS).read_text("utf-8"), re.MULTILINE):
        rows = re.findall(r"^\| (?!what is wrong|---)(.*?) \| `(.*?)` \| (.*) \|$", text, re.MULTILINE)
        found[section] = {kind: (command, shown) for kind, command, shown in rows}
    return found


def cell_of(said: str) -> str:
    """Return what is said as it stands in a cell of the docs' tables."""
    lines = said.rstrip("\n").split("\n")
    return "<br>".join(line if line == "..." else f"`` {line} ``" if "`" in line else f"`{line}`" for line in lines)


def shortened(said: str) -> str:
    """Return what is said with two lines of many and what counts the others, and no path of this machine."""
    lines = said.replace(f"{Path.cwd()}/", "").rstrip("\n").split("\n")
    counts = [line for line in lines if line.endswith("more like it")]
    return "\n".join(lines if len(lines) <= 10 else [*lines[:2], "...", *counts])


def present() -> dict[Path, bytes]:
    """Return every file of the project with its bytes; Git's own and DVC's temporary ones apart."""
    files = (path for path in Path().rglob("*") if path.is_file() and path.parts[0] != ".git")
    return {path: path.read_bytes() for path in files if path.parts[:2] != (".dvc", "tmp")}


def entry_point() -> Callable[[list[str]], int]:
    spec = importlib.util.spec_from_file_location("entry_point", ROOT / "src/__main__.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.main  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def built_lesson(built_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What was built of the lesson, without what no stage reads."""
    folder = tmp_path_factory.mktemp("bad") / "project"
    left_out = shutil.ignore_patterns(".git", "cache", "tmp", "mlruns", "src", "tests", "*-dev.lock", "__pycache__")
    shutil.copytree(built_once, folder, symlinks=True, ignore=left_out)
    subprocess.run(["git", "init", "--quiet"], cwd=folder, check=True)
    return folder


@pytest.fixture
def lesson(built_lesson: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Make the built lesson the working folder, and put back in the end what a test has changed there."""
    monkeypatch.chdir(built_lesson)
    before = present()
    yield
    for path, content in present().items():
        if before.get(path) != content:
            path.unlink()
    for path, content in before.items():
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)


@pytest.mark.parametrize("name", ALL)
@pytest.mark.usefixtures("lesson", "own_store")
def test_bad_input_is_told_as_the_docs_say_with_exit_code_2_and_nothing_changes(
    name: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    kind, main = ALL[name], entry_point()
    if kind.free is not None:
        monkeypatch.setattr(memory, "free", lambda: kind.free)
    for edit in kind.edits:
        edit.make()
    *earlier, command = kind.commands.split("; ")
    assert [main(one.split()) for one in earlier] == [0] * len(earlier)
    capsys.readouterr()
    before = present()
    code = main(command.split())
    said = capsys.readouterr().err
    assert code == 2
    shown = {kind: row for rows in documented().values() for kind, row in rows.items()}[name]
    assert (command, cell_of(shortened(said))) == shown
    assert present() == before


def test_the_docs_list_every_kind_in_its_section_and_no_other() -> None:
    listed = {section: list(rows) for section, rows in documented().items() if rows}
    assert listed == {section: list(kinds) for section, kinds in KINDS.items()}
    assert len(ALL) == sum(len(kinds) for kinds in KINDS.values()) >= 60


def outputs(project: Project) -> dict[Path, bytes]:
    folders = ("data/split", "data/normalized", "models", "predictions", "metrics", "plots", "report")
    files = (path for folder in folders for path in (project.folder / folder).rglob("*") if path.is_file())
    return {path: path.read_bytes() for path in files}


@pytest.mark.parametrize(
    "name",
    [
        "a penalty without strength",
        "wrong in several columns",
        pytest.param("a category in test rows alone", marks=pytest.mark.long),
        pytest.param("a new row above the greatest value", marks=pytest.mark.long),
    ],
)
def test_a_build_ends_with_the_same_words_and_all_comes_back_with_the_commands_that_they_name(
    built: Project, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock, before = built.text("dvc.lock"), outputs(built)
    monkeypatch.chdir(built.folder)
    for edit in ALL[name].edits:
        edit.make()
    done = built.dvc("repro", check=False)
    assert done.returncode == 255
    assert "Traceback" not in done.stderr
    (shown,) = (rows[name][1] for rows in documented().values() if name in rows)
    assert all(line in done.stderr for line in re.findall(r"`(.*?)`", shown))
    named = re.findall(r"`([^`]*)` brings back", done.stderr)
    assert named[0] == "dvc checkout"
    for command in named:
        built.run("sh", "-c", command)
    back = outputs(built)
    assert set(back) == set(before)
    made_anew = {path.relative_to(built.folder).parts[:2] for path in back if back[path] != before[path]}
    assert made_anew <= {("data", "split")}  # by a stage that had nothing to refuse
    built.run("git", "checkout", "--quiet", "--", "params.yaml", "data")
    built.dvc("repro")
    assert built.text("dvc.lock") == lock
    assert outputs(built) == before
