"""Two states compared: what the page shows, where files come from, and what of a stranger's is not read."""

import dataclasses
import hashlib
import json
import re
import shutil
import sqlite3
import subprocess
from contextlib import closing, nullcontext
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import ROOT, Project
from walking import made_ready, steps

from passage.base.errors import Mistake
from passage.report.compared import Verdict
from passage.tracking import runs, store
from tools import compare

PAGE = (ROOT / "docs/experiments.md").read_text(encoding="utf-8")
SECTION = PAGE.partition("## Two states compared\n")[2].partition("\n## ")[0]


def without_commits(text: str) -> str:
    return re.sub(r"\([0-9a-f]{7}\)", "(COMMIT)", text)


def test_the_commands_of_the_page_print_what_it_shows_with_real_dvc(built: Project) -> None:
    made_ready(built)
    shown = steps(SECTION)
    assert len(shown) == 2
    path = f"{built.folder}/.venv/bin:/usr/bin:/bin"
    for command, text in shown:
        done = built.run("bash", "-c", command, PATH=path, COLUMNS="120", GIT_CONFIG_GLOBAL="/dev/null")
        assert without_commits(done.stdout) == without_commits(text)
    built.run("git", "checkout", "--quiet", ".")
    built.dvc("checkout")
    by_name = built.stage("compare", "HEAD", "softer", COLUMNS="120").stdout
    assert without_commits(by_name) == without_commits(shown[1][1]).replace("the workspace", "softer (COMMIT)")
    with closing(sqlite3.connect(built.folder / "mlflow.db")) as store:  # of which the experiment is the third run
        runs = store.execute("SELECT run_uuid FROM runs WHERE name LIKE 'model_2%' ORDER BY start_time").fetchall()
    by_run = built.stage("compare", *(run for (run,) in runs), COLUMNS="120").stdout
    between = re.search(r"^model_2:.*?(?=^settings:)", shown[1][1], re.DOTALL | re.MULTILINE)
    assert between
    assert between[0] in by_run


def held_out(*wrong: int) -> str:
    rows = [(row + 1, row % 5, row % 2, row % 2 if row not in wrong else 1 - row % 2) for row in range(30)]
    lines = [f"{row},{fold},{actual},{2 * predicted - 1},{predicted}" for row, fold, actual, predicted in rows]
    return "\n".join(["row,fold,actual,log_odds,predicted", *lines, ""])


class Small:
    """A repository with what a comparison reads of one model, and a cache."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.cache = folder, folder / "cache"
        self.settings: dict[str, Any] = yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))
        self.outs: list[dict[str, str]] = []
        self.models = {"model": "hours_studied,passed_exam\n" + "1,0\n" * 30}  # and the table of each
        Path("src").mkdir()
        Path("metrics").mkdir()
        self.git("init", "--quiet", "--initial-branch", "main")

    def git(self, *arguments: str) -> str:
        named = ("-c", "user.name=test", "-c", "user.email=test@localhost")
        return subprocess.run(["git", *named, *arguments], check=True, capture_output=True, text=True).stdout.strip()

    def build(self, text: str, lock: str = "") -> None:
        """Write a result, its rows into the cache as well."""
        Path("params.yaml").write_text(yaml.safe_dump(self.settings), encoding="utf-8")
        Path("requirements.lock").write_text("numpy==1.0 \\\n", encoding="utf-8")
        Path("metrics/model.json").write_text(json.dumps({"rows": {"train": 20, "test": 10}}), encoding="utf-8")
        kept = self.cached(text)
        for path in (kept, Path("predictions/model/held_out.csv")):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        outs = [
            {"path": "metrics/model.json", "md5": "0" * 32},
            {"path": "predictions/model/held_out.csv", "md5": kept.parent.name + kept.name},
        ]
        stages: dict[str, Any] = {"evaluate@model": {"deps": [], "outs": [*outs, *self.outs]}}
        for name, table in self.models.items():
            path = Path(self.settings["models"][name]["data"])
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(table, encoding="utf-8", newline="")
            md5 = self.cached(table)
            stages[f"split@{name}"] = {"deps": [{"path": str(path), "md5": md5.parent.name + md5.name}]}
            if name != "model":
                Path("predictions", name).mkdir(exist_ok=True)
                shutil.copyfile("metrics/model.json", f"metrics/{name}.json")
        Path("dvc.lock").write_text(lock or yaml.safe_dump({"stages": stages}), encoding="utf-8")

    def commit(self) -> str:
        self.git("add", "params.yaml", "requirements.lock", "dvc.lock", "metrics", "src", "data")
        self.git("commit", "--quiet", "--allow-empty", "-m", "state")
        return self.git("rev-parse", "HEAD")

    def cached(self, text: str) -> Path:
        md5 = hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
        return self.cache / md5[:2] / md5[2:]


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Small:
    folder = tmp_path / "small"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.delenv("FAIL_ON", raising=False)
    made = Small(folder)
    monkeypatch.setattr(compare, "cache_folder", lambda: made.cache)
    return made


@pytest.mark.parametrize(
    ("first", "second", "told", "code"),
    [((), range(7), "worse", 1), (range(7), (), "better", 0), ((), (), "as before", 0)],
)
def test_the_exit_code_is_one_only_where_a_model_is_worse_and_that_is_to_fail(
    small: Small,
    first: tuple[int, ...],
    second: tuple[int, ...],
    told: str,
    code: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    small.build(held_out(*first))
    earlier = small.commit()
    small.build(held_out(*second))
    Path("src/more.py").touch()
    assert compare.main() == 0
    printed = capsys.readouterr().out
    assert f"A: HEAD ({earlier[:7]})\nB: the workspace\n\nmodel: {told}\n" in printed
    assert "code:\n  src/more.py\n" in printed
    small.commit()
    monkeypatch.setenv("FAIL_ON", "worse")
    assert compare.main(earlier[:12], "main") == code
    assert f"A: {earlier[:12]}\n" in capsys.readouterr().out


def test_where_nothing_can_be_compared_the_exit_code_is_three_and_what_brings_it_is_said(
    small: Small, capsys: pytest.CaptureFixture[str]
) -> None:
    small.build(held_out())
    commit = small.commit()
    small.cached(held_out()).unlink()
    assert compare.main("HEAD", "workspace") == 3
    printed = " ".join(capsys.readouterr().out.split())
    assert f"HEAD ({commit[:7]}) has no predictions/model/held_out.csv: `dvc fetch --all-commits` brings it " in printed
    assert f"else `git checkout {commit[:7]} && dvc repro`." in printed
    Path("predictions/model/held_out.csv").unlink()
    assert compare.main("workspace", "workspace") == 3
    printed = " ".join(capsys.readouterr().out.split())
    assert "the workspace has no predictions/model/held_out.csv: `dvc repro` builds it." in printed


def test_an_earlier_version_that_kept_no_such_rows_is_called_that(
    small: Small, capsys: pytest.CaptureFixture[str]
) -> None:
    small.build(held_out(), "stages:\n  split@model:\n    deps:\n    - {path: data/raw/exam_hours.csv, md5: x}\n")
    small.commit()
    assert compare.main("HEAD", "HEAD") == 3
    assert "has no metrics/model.json: its version of the project does not write it" in " ".join(
        capsys.readouterr().out.split()
    )


def test_an_experiment_goes_by_its_name_and_two_of_one_name_by_their_commits(small: Small) -> None:
    small.build(held_out())
    one = small.commit()
    small.git("update-ref", f"refs/exps/{one[:2]}/{one[2:]}/softer", one)
    assert compare.place("A", "softer", Path("there")).title == f"softer ({one[:7]})"
    two = small.commit()
    small.git("update-ref", f"refs/exps/{two[:2]}/{two[2:]}/softer", two)
    with pytest.raises(Mistake, match=r"^A is 'softer', of which there are 2; say which commit: "):
        compare.place("A", "softer", Path("there"))
    small.git("update-ref", "refs/exps/exec/EXEC_HEAD", two)
    for other in ("EXEC_HEAD", "nobody", "--output=x", "HEAD:src", ""):
        with pytest.raises(
            Mistake, match=r"^B is '.*', but it must be workspace, one of its models, a commit or branch, "
        ):
            compare.place("B", other, Path("there"))
    assert not Path("x").exists()


def test_a_model_of_the_workspace_is_held_against_another_by_their_names(
    small: Small, capsys: pytest.CaptureFixture[str]
) -> None:
    small.models = {"model": "0,1\n" * 30, "model_2": "0,1\n" * 30}
    small.build(held_out(*range(7)))
    Path("predictions/model_2/held_out.csv").write_text(held_out(), encoding="utf-8")
    small.commit()
    assert compare.main("model", "model_2") == 0
    printed = capsys.readouterr().out
    assert printed.startswith(
        "A: model in the workspace\nB: model_2 in the workspace\n\nmodel_2 against model: better\n"
    )
    assert '  features: ["hours_studied"], now ["hours_studied", "math_courses"]\n' in printed
    assert "  table of model_2 against model: data/raw/exam_hours.csv (" in printed
    small.git("branch", "model_2")
    assert compare.place("B", "model_2", Path("there")).title.startswith("model_2 (")


@pytest.mark.parametrize(
    ("first", "second", "told", "code"),
    [
        ("x,y\n1,0\n2,1\n3,0\n", "x,y\n1,0\n3,0\n4,1\n5,0\n", "2 rows added, 1 removed, 0 changed", 3),
        ("x,y\n1,0\n2,1\n3,0\n", "x,y\n1,0\n7,1\n3,0\n0,0\n", "one row added, 0 removed, 1 changed", 3),
        ("x,y\n1,0\n2,1\n", "x,y\n2,1\n1,0\n", "one row added, 1 removed, 0 changed", 3),
        ("x,y\n1,0\n2,1\n", 'z,y,x\r\n5,"0",1\r\n6,1,2\r\n', "the same rows; z added", 0),
        ("x,y\n1,0\n", "z,y\n1,0\n", "the same rows; z added; x removed", 3),
        ("x,y\n1,0\n", "x,y\n1\n", "list index out of range", 3),
        ("x,y\n1,0\n", None, "the data/raw/exam_hours.csv of the workspace is kept no more", 3),
    ],
)
def test_of_two_tables_it_is_told_which_rows_differ_and_the_same_rows_are_compared(
    small: Small, first: str, second: str | None, told: str, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    small.settings["models"]["model"]["target"] = "y"
    small.models["model"] = first
    small.build(held_out())
    small.commit()
    small.models["model"] = second or "gone"
    small.build(held_out())
    if second is None:
        Path("data/raw/exam_hours.csv").unlink()
    assert compare.main("HEAD", "workspace") == code
    assert f"  rows of model: {told}\n" in capsys.readouterr().out


def test_a_table_that_dvc_keeps_comes_from_its_cache_and_a_very_large_one_from_nowhere(
    small: Small, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    small.build(held_out())
    small.commit()
    small.git("rm", "--quiet", "--cached", "data/raw/exam_hours.csv")
    small.git("commit", "--quiet", "--amend", "-m", "state")
    kept = small.cached(small.models["model"])
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_text(small.models["model"], encoding="utf-8")
    small.models["model"] += "7,1\n" * 2000
    small.build(held_out())
    compare.main()
    assert "rows of model: 2,000 rows added, 0 removed, 0 changed\n" in capsys.readouterr().out
    monkeypatch.setattr(compare, "LARGEST", 6000)
    compare.main()
    assert "rows of model: exam_hours.csv has more than 6,000 bytes\n" in capsys.readouterr().out


def test_results_of_other_settings_than_those_beside_them_are_told(
    small: Small, capsys: pytest.CaptureFixture[str]
) -> None:
    small.build(held_out())
    locked = yaml.safe_load(Path("dvc.lock").read_text(encoding="utf-8"))
    locked["stages"]["evaluate@model"]["params"] = {"params.yaml": {"models.model.threshold": 0.3}}
    small.build(held_out(), yaml.safe_dump(locked))
    commit = small.commit()
    assert compare.main("HEAD", "HEAD") == 0
    printed = " ".join(capsys.readouterr().out.split())
    assert (
        f"beware: the results of HEAD ({commit[:7]}) are of an earlier state of it: models.model.threshold in "
        "params.yaml is not the one that evaluate@model was built from" in printed
    )


def test_of_a_strangers_lock_only_what_a_stage_writes_is_restored(small: Small) -> None:
    kept = small.cached(held_out())
    small.outs = [
        {"path": path, "md5": kept.parent.name + kept.name}
        for path in ("../out", "/out", "src/tools/compare.py", "models/model/model.json", ".git/hooks/pre-commit")
    ]
    small.build(held_out())
    small.commit()
    at = compare.place("A", "HEAD", Path("there"))
    assert {path.relative_to(at.folder).as_posix() for path in at.folder.rglob("*") if path.is_file()} == {
        "params.yaml",
        "dvc.lock",
        "requirements.lock",
        "metrics/model.json",
        "predictions/model/held_out.csv",
    }
    assert not Path("out").exists()


def test_a_damaged_file_of_the_cache_and_one_that_is_too_large_are_refused(
    small: Small, monkeypatch: pytest.MonkeyPatch
) -> None:
    small.build(held_out())
    small.commit()
    small.cached(held_out()).write_text(held_out(1), encoding="utf-8")
    with pytest.raises(
        Mistake, match=r"^predictions/model/held_out.csv of \w{7} is damaged in DVC's cache; `make audit`"
    ):
        compare.main()
    monkeypatch.setattr(compare, "LARGEST", 100)
    with pytest.raises(Mistake, match=r"^params.yaml of \w{7} has more than 100 bytes$"):
        compare.main()


BILLION = "models: &a0 {a: b}\n" + "".join(
    f"k{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 9)}]\n" for level in range(1, 10)
)


@pytest.mark.parametrize(
    ("path", "text", "told"),
    [
        ("params.yaml", BILLION, r"^params.yaml has more than 100,000 values$"),
        ("params.yaml", "[]", "^this version of the project cannot read both: TypeError: "),
        ("params.yaml", "a: [", "^params.yaml, line 1: this is not YAML: "),
        ("dvc.lock", "stages: [", "^this version of the project cannot read both: ParserError: "),
        ("dvc.lock", "stages: {split@model: 1}", "^this version of the project cannot read both: "),
        ("metrics/model.json", "[" * 100_000, "^this version of the project cannot read both: RecursionError: "),
        ("metrics/model.json", "{}", "^this version of the project cannot read both: KeyError: 'rows'$"),
        ("requirements.lock", None, "^this version of the project cannot read both: FileNotFoundError: "),
    ],
)
def test_files_that_are_none_are_refused_in_a_line(small: Small, path: str, text: str | None, told: str) -> None:
    small.build(held_out())
    if text is None:
        Path(path).unlink()
    else:
        Path(path).write_text(text, encoding="utf-8")
    small.git("add", ".")
    small.git("commit", "--quiet", "-m", "state")
    with pytest.raises(Mistake, match=told) as refused:
        compare.main("HEAD", "HEAD")
    assert len(refused.value.lines) == 1


@pytest.mark.parametrize(
    "text", ["", "row\n", held_out().replace("30,4,1,1,1", "30,4,1,1,1e9"), '"\0', "row,fold\n1\n"]
)
def test_rows_that_are_none_are_refused_in_a_line(small: Small, text: str) -> None:
    small.build(text)
    small.commit()
    with pytest.raises(Mistake, match=r"^this version of the project cannot read both: ") as refused:
        compare.main("HEAD", "HEAD")
    assert len(refused.value.lines) == 1


def test_markdown_is_a_list_of_verdicts_and_a_block_that_nothing_in_it_ends() -> None:
    evil = "columns.x: 1, now \n````\n<img src=x> @everybody\x1b[2J"
    lines = compare.as_markdown({"model_2": Verdict("worse", [])}, ["A: HEAD", evil])
    assert lines == [
        "- `model_2`: **worse**",
        "",
        "`````text",
        "A: HEAD\ncolumns.x: 1, now \\n````\\n<img src=x> @everybody\\x1b[2J",
        "`````",
    ]


def test_markdown_of_a_comparison_is_printed(small: Small, capsys: pytest.CaptureFixture[str]) -> None:
    small.build(held_out())
    small.commit()
    assert compare.main("HEAD", "workspace", "--markdown") == 0
    printed = capsys.readouterr().out
    assert printed.startswith("- `model`: **as before**\n\n```text\nA: HEAD (")
    assert printed.endswith("\n```\n")


def test_options_and_what_is_to_fail_are_held_to_what_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Mistake, match=r"^it takes two states and --markdown, and FAIL_ON may be worse$"):
        compare.main("HEAD", "HEAD", "--mark")
    monkeypatch.setenv("FAIL_ON", "better")
    with pytest.raises(Mistake, match="FAIL_ON may be worse"):
        compare.main("HEAD", "HEAD")


def test_code_of_a_commit_that_is_not_there_is_not_compared(small: Small) -> None:
    small.build(held_out())
    here = compare.Place("A", Path(), small.commit(), "")
    there = here._replace(commit="0" * 40)
    assert compare.code(here, there) == [f"not compared: this clone has not both {here.commit} and {'0' * 40}"]


def test_rows_of_a_folder_or_of_parquet_are_not_compared(small: Small, capsys: pytest.CaptureFixture[str]) -> None:
    small.settings["models"]["model"]["data"] = "data/raw/visits.parquet"
    small.build(held_out())
    small.commit()
    small.models["model"] += "7,1\n"
    small.build(held_out())
    compare.main()
    assert "  rows of model: data/raw/visits.parquet is not one CSV below data/raw\n" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("changed", "why"),
    [({"problem": "its outputs are gone"}, "its outputs are gone"), ({"tags": {}}, "it was tracked outside Git")],
)
def test_a_run_that_says_too_little_is_refused(
    small: Small, monkeypatch: pytest.MonkeyPatch, changed: dict[str, Any], why: str
) -> None:
    kept = runs.Kept("0" * 32, "m", {"git.commit": "c" * 40, "model": "model"}, {}, small.folder)
    small.build(held_out())
    monkeypatch.setattr(store, "readable", lambda _: nullcontext())
    monkeypatch.setattr(runs, "fetch", lambda *_: dataclasses.replace(kept, **changed))
    with pytest.raises(Mistake, match=f"^run {'0' * 32} cannot be compared: {why}$"):
        compare._of_run("0" * 32, small.folder)
