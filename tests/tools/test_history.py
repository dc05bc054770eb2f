"""Results of earlier commits and experiments come into a store that does not have them."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from conftest import ROOT, Project
from dvc.api import DVCFileSystem

from passage import params
from passage.base import files
from passage.base.errors import Mistake
from passage.tracking import git
from passage.tracking.staleness import Stale
from tools import history
from tools.history import Outcome, Revision, bring_in, report, revisions


def fingerprints(project: Project) -> list[str]:
    query = (
        "select value from tags join runs using (run_uuid) where key = 'fingerprint' and status = 'FINISHED' "
        "and lifecycle_stage = 'active' order by value"
    )
    with closing(sqlite3.connect(project.folder / "mlflow.db")) as store:
        return [value for (value,) in store.execute(query)]


@pytest.mark.long
def test_what_dvc_still_holds_comes_back_once_and_what_it_does_not_is_named(built: Project) -> None:
    built.dvc("exp", "run", "--name", "weaker", "-S", "models.model.threshold=0.3")
    built.run("git", "checkout", "--quiet", ".")
    before = fingerprints(built)
    assert len(before) == 3
    (built.folder / "mlflow.db").unlink()
    assert built.stage("history").stdout == "3 results brought in, 1 were there, 0 cannot be brought in\n"
    assert fingerprints(built) == before, "the same results have the same fingerprints"
    assert built.run("git", "status", "--porcelain").stdout == ""

    # a commit whose parameters were changed by hand, without a rebuild, is no result
    built.replace("params.yaml", "C: 1.0", "C: 7.0")
    built.commit()
    cached = [path for path in (built.folder / ".dvc/cache/files").rglob("*") if path.is_file()]
    texts = {path: path.read_text(errors="replace") for path in cached}
    [damaged] = [path for path, text in texts.items() if '\n  "threshold": 0.3' in text]  # of the model itself
    damaged.unlink()
    with closing(sqlite3.connect(built.folder / "mlflow.db")) as store, store:
        store.execute("update runs set lifecycle_stage = 'deleted' where name = 'model weaker'")
    lines = built.stage("history").stdout.splitlines()
    assert any(
        line.startswith("not brought in, since models.model.train in params.yaml is not the one") for line in lines
    )
    assert "not brought in, since models/model/model.json is neither in Git nor in DVC's cache: weaker model" in lines
    assert lines[-1] == "0 results brought in, 3 were there, 3 cannot be brought in"
    assert len(fingerprints(built)) == 2


@pytest.mark.long
def test_a_lock_is_of_the_commit_that_it_fits_and_what_cannot_be_read_stops_nothing(built: Project) -> None:
    # the lock first, the code that it is of in a later commit
    built.replace("src/stages/predict.py", '"""Predict', '"""Do predict')
    built.dvc("repro")
    built.run("git", "add", "dvc.lock")
    built.run("git", "-c", "user.name=test", "-c", "user.email=test@localhost", "commit", "--quiet", "-m", "lock")
    built.commit("code")
    # on a branch that is merged with none of what it did: a result, and a commit that nobody can read
    built.run("git", "checkout", "--quiet", "-b", "aside")
    built.dvc("exp", "run", "-S", "models.model.threshold=0.3")
    built.commit("another threshold")
    built.replace("dvc.lock", "stages:", "stages: [")
    built.commit("broken")
    built.run("git", "checkout", "--quiet", "main")
    merge = ["merge", "--quiet", "-s", "ours", "-m", "merge", "aside"]
    built.run("git", "-c", "user.name=test", "-c", "user.email=test@localhost", *merge)
    built.run("git", "branch", "--quiet", "-D", "aside")
    built.run("git", "checkout", "--quiet", ".")
    (built.folder / "mlflow.db").unlink()
    lines = built.stage("history").stdout.splitlines()
    assert lines[-1].startswith("3 results brought in")
    assert len(fingerprints(built)) == 3
    assert any(line.startswith("not brought in, since dvc.lock cannot be read, as it was committed") for line in lines)


@pytest.mark.long
def test_a_page_of_other_metrics_is_no_part_of_a_result(built: Project) -> None:
    built.replace("params.yaml", "threshold: 0.5", "threshold: 0.3")
    built.dvc("repro", "evaluate@model", "evaluate@model_2", "score@guessed_hours")
    built.commit("all but the page")
    lines = built.stage("history").stdout.splitlines()
    told = "not brought in, since metrics is not the one that report was built from: "
    assert any(line.startswith(told) for line in lines)


def test_a_lock_of_any_commit_writes_nothing_but_what_its_stages_write(
    built: Project, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    built.replace("dvc.lock", "- path: models/model/choices.json", "- path: ../../planted.json")
    built.commit()
    monkeypatch.chdir(tmp_path)
    for name in ("params.yaml", "dvc.lock"):
        files.write_text(Path(name), built.text(name))
    monkeypatch.setattr(history, "stale", lambda *_: "")
    with pytest.raises(Mistake, match=r"^dvc.lock: 'train@model' does not write '../../planted.json', which it names"):
        history.restore("model", params.load(), DVCFileSystem(str(built.folder), rev="HEAD"))


def test_reasons_are_told_once_with_all_that_they_hold_for() -> None:
    outcomes = [
        Outcome(Revision("a" * 40), "m", "r1", True),
        Outcome(Revision("b" * 40), "m", problem="x is gone"),
        Outcome(Revision("c" * 40, "shy-cat"), "m", problem="x is gone"),
    ]
    assert report(outcomes).splitlines() == [
        "not brought in, since x is gone: bbbbbbb m, shy-cat m",
        "1 results brought in, 0 were there, 2 cannot be brought in",
    ]


def test_the_first_of_the_revisions_with_one_state_counts_and_experiments_come_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository = Project(tmp_path)
    repository.run("git", "init", "--quiet")

    def committed(lock: str, code: str, note: str) -> str:
        for path, content in {"dvc.lock": lock, "src/code.py": code, "params.yaml": "", "notes.md": note}.items():
            files.write_text(tmp_path / path, content)
        repository.commit()
        return repository.run("git", "rev-parse", "HEAD").stdout.strip()

    first, _, other_code, second = (committed(*state) for state in ("1ax", "1ay", "1by", "2by"))
    experiment, dvcs_own = committed("3", "b", "y"), committed("4", "b", "y")
    repository.run("git", "reset", "--quiet", "--hard", second)
    for reference, commit in {
        "refs/exps/ab/cdef/brave-owl": experiment,
        "refs/exps/ab/cdef/shy-cat": other_code,  # a commit, too
        "refs/exps/exec/EXEC_HEAD": dvcs_own,
        "refs/exps/stash": dvcs_own,
    }.items():
        repository.run("git", "update-ref", reference, commit)
    monkeypatch.chdir(tmp_path)
    assert revisions() == [
        [Revision(first), Revision(other_code)],
        [Revision(second)],
        [Revision(experiment, "brave-owl")],
    ]


def test_what_a_later_revision_says_takes_the_place_of_a_lock_that_was_of_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = Revision("a" * 40), Revision("b" * 40)
    stale_one = Outcome(old, "m", problem="C is another one", is_stale=True)
    for second in (Outcome(new, "m", "r1", True), Outcome(new, "m", problem="model.json is gone")):
        said = {old: stale_one, new: second}
        monkeypatch.setattr(history, "_bring_in", lambda revision, *_, said=said: iter([said[revision]]))
        assert bring_in([old, new], tmp_path) == [second]
    gone = Outcome(old, "m", problem="model.json is gone")
    said = {old: gone, new: stale_one._replace(revision=new)}
    monkeypatch.setattr(history, "_bring_in", lambda revision, *_: iter([said[revision]]))
    assert bring_in([old, new], tmp_path) == [gone]


def test_each_model_comes_from_the_first_revision_that_its_lock_is_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = Revision("a" * 40), Revision("b" * 40)
    there, stale_one = Outcome(old, "m", "r1", True), Outcome(old, "n", problem="C is another one", is_stale=True)
    said = {old: [there, stale_one], new: [Outcome(new, "n", "r2", True)]}
    monkeypatch.setattr(history, "_bring_in", lambda revision, *_: iter(said[revision]))
    assert bring_in([old, new], tmp_path) == [there, *said[new]]


def test_a_store_that_is_away_is_told_once_and_not_of_each_result(
    built: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    away = f"sqlite:///{built.folder}/away/mlflow.db"
    done = built.stage("history", check=False, MLFLOW_TRACKING_URI=away)
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.strip().splitlines()) == 1
    assert "there is no folder" in done.stderr


@pytest.mark.parametrize(
    ("error", "told", "is_stale"),
    [
        (Stale("C is another one"), "C is another one", True),
        (Mistake(["model.json is gone", "and more"]), "model.json is gone", False),
        (KeyError("outs"), "this version of the project cannot read it (KeyError: 'outs')", False),
        (ValueError("a\n b"), "this version of the project cannot read it (ValueError: a b)", False),
    ],
)
def test_what_keeps_a_result_out_is_told_of_its_model_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, told: str, is_stale: bool
) -> None:
    def restore(*_: object) -> None:
        raise error

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(git, "run", lambda *typed, folder: (ROOT / typed[1].partition(":")[2]).read_bytes())
    monkeypatch.setattr(history, "DVCFileSystem", lambda *_, rev: None)
    monkeypatch.setattr(history, "restore", restore)
    of = Revision("a" * 40)
    assert list(history._bring_in(of, tmp_path, {"model_2"})) == [Outcome(of, "model", problem=told, is_stale=is_stale)]


def test_parameters_that_this_version_does_not_know_are_told_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(git, "run", lambda *_, folder: b"models: [\n")
    [found] = history._bring_in(Revision("a" * 40), tmp_path, ())
    assert found.problem.startswith("params.yaml, line 2: this is not YAML: ")
    assert found.problem.endswith(" (in this version of the project)")


def test_a_lock_that_is_half_written_or_of_another_state_is_no_result(
    in_folder: Callable[[str, str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    in_folder("params.yaml", (ROOT / "params.yaml").read_text(encoding="utf-8"))
    in_folder("dvc.lock", "stages: [")
    with pytest.raises(Mistake, match=r"^dvc\.lock cannot be read, as it was committed$"):
        history.restore("model", params.load(), None)
    in_folder("dvc.lock", "stages: {}")
    monkeypatch.setattr(history, "stale", lambda *_: "C is another one")
    with pytest.raises(Stale, match=r"^C is another one$"):
        history.restore("model", params.load(), None)
    with pytest.raises(Mistake, match=r"^x\.csv is neither in Git nor in DVC's cache$"), history._held("x.csv"):
        Path("x.csv").read_bytes()
