"""Compare two states of the project, model by model on the same held-out rows, and say what differs: make compare.

A state is the workspace, a model of it, a commit, an experiment or a run. Nothing is trained: its files come from Git,
DVC's cache or MLflow, are a stranger's, and so are read within bounds, and only tables and what this project's stages
write.
"""

import csv
import json
import os
import re
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path
from subprocess import CalledProcessError
from typing import Any, NamedTuple

import numpy as np
from yaml import YAMLError

from passage import params
from passage.base import files, lock, paths, terminal
from passage.base.errors import Mistake
from passage.evaluation import comparison
from passage.evaluation.comparison import HeldOut
from passage.report import compared
from passage.report.compared import Predicted, Rows, State, Verdict
from passage.tables import header
from passage.tracking import git, staleness
from passage.tracking.location import RUN_ID
from tools.audit import cache_folder
from tools.dvc import experiments

WORKSPACE, MARKDOWN, FAIL_ON = "workspace", "--markdown", "FAIL_ON"
FAILED, NOTHING = 1, 3  # exit codes
MD5 = re.compile("[0-9a-f]{32}")
PACKAGE = re.compile(r"^([a-z0-9-]+)==([^ ;\\]+)", re.MULTILINE)
EDITED = re.compile(r"^diff --git a/(src/\S+|dvc\.yaml) ", re.MULTILINE)
HUNK = re.compile(rb"^@@ -\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@", re.MULTILINE)
CODE = ("src", str(paths.PIPELINE))
LARGEST = 5_000_000  # bytes of a file that is read; held_out.csv has 20,000 rows at most
MOST = 100_000  # values in a params.yaml, those of an alias counted each time
UNREADABLE = (
    YAMLError, csv.Error, LookupError, TypeError, ValueError, AttributeError, ArithmeticError, RecursionError,
    FileNotFoundError,
)  # fmt: skip


class Place(NamedTuple):
    """Where the files of a state lie.

    commit: "" for the workspace. remedy: what brings a file that is not there. run: of a run, its model and the MD5 of
    the table. edited: code that differed from the commit. lane: the one model that is meant, "" for all.
    """

    title: str
    folder: Path
    commit: str
    remedy: str
    run: tuple[str, str] | None = None
    edited: tuple[str, ...] = ()
    lane: str = ""


def place(letter: str, name: str, scratch: Path) -> Place:
    """Return where the state `name` lies: the workspace, or `scratch`, into which its files are written."""
    here = Place("the workspace", Path(), "", "`dvc repro` builds it")
    if name == WORKSPACE:
        return here
    if RUN_ID.fullmatch(name):
        return _of_run(name, scratch)
    commit = _commit(letter, name)
    if not commit:
        return here._replace(title=f"{name} in the workspace", lane=name)
    for path in (paths.PARAMS, paths.PIPELINE_LOCK, paths.REQUIREMENTS):
        _show(commit, path, scratch)
    _restore(commit, scratch)
    title = name if commit.startswith(name) else f"{name} ({commit[:7]})"
    remedy = (
        f"`dvc fetch --all-commits` brings it where there is a remote, else `git checkout {commit[:7]} && dvc repro`"
    )
    return Place(title, scratch, commit, remedy)


def _commit(letter: str, name: str) -> str:
    """Return the commit of what Git or DVC calls `name`, "" of a model. Raises Mistake where it calls nothing so."""
    with suppress(CalledProcessError):
        return git.text("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
    found = {commit for commit, experiment in experiments() if experiment == name}
    if len(found) == 1:
        return found.pop()
    if not found and name in params.load().models:
        return ""
    several = f"of which there are {len(found)}; say which commit: {', '.join(sorted(found))}"
    allowed = f"but it must be {WORKSPACE}, one of its models, a commit or branch, an experiment, or the id of a run"
    raise Mistake(f"{letter} is {name!r}, {several if found else allowed}")


def _show(commit: str, path: Path, folder: Path) -> None:
    """Write a file as Git has it at `commit` below `folder`; none where it has not."""
    with suppress(CalledProcessError):
        if int(git.text("cat-file", "-s", f"{commit}:{path}")) > LARGEST:
            raise Mistake(f"{path} of {commit[:7]} has more than {LARGEST:,} bytes")
        files.write_bytes(folder / path, git.run("cat-file", "blob", f"{commit}:{path}"))


def _restore(commit: str, folder: Path) -> None:
    """Write what models came to below `folder`, as far as Git and DVC's cache have it."""
    cache = cache_folder()
    for stage, path, md5 in lock.outputs(_stages(folder)):
        lane, kept = paths.ModelPaths(stage.removeprefix("evaluate@")), cache / md5[:2] / md5[2:]
        if path == lane.metrics:
            _show(commit, path, folder)
        elif path == lane.held_out and MD5.fullmatch(md5) and kept.is_file():
            if files.file_hash("md5", _small(kept)) != md5:
                raise Mistake(f"{path} of {commit[:7]} is damaged in DVC's cache; `make audit` says more")
            (folder / path).parent.mkdir(parents=True)
            shutil.copyfile(kept, folder / path)


def _of_run(run_id: str, scratch: Path) -> Place:
    from passage.tracking import runs, store  # which import mlflow

    with store.readable(params.load().mlflow.experiment):
        run = runs.fetch(run_id, scratch)
    commit, model, table = (run.tags.get(tag, "") for tag in ("git.commit", "model", "data.md5"))
    if run.problem or not re.fullmatch("[0-9a-f]{40,64}", commit):
        raise Mistake(f"run {run_id} cannot be compared: {run.problem or 'it was tracked outside Git'}")
    _show(commit, paths.REQUIREMENTS, scratch)
    changes = scratch / runs.CHANGES
    edited = EDITED.findall(_small(changes).read_text("utf-8", "replace")) if changes.is_file() else []
    return Place(f"run {run_id[:7]}", scratch, commit, "the run does not keep it", (model, table), tuple(edited))


def state(at: Place) -> State:
    """Return what a state has. Raises Mistake and what is UNREADABLE."""
    settings = _bounded(params.read_yaml(_small(at.folder / paths.PARAMS).read_text("utf-8")))
    packages = dict(PACKAGE.findall((at.folder / paths.REQUIREMENTS).read_text("utf-8")))
    tables = dict([at.run]) if at.run else _tables(_stages(at.folder))
    known = [name for name in tables if name in settings["models"] and paths.is_name(name)]
    names = [name for name in known if at.lane in ("", name)]
    models = {name: _predicted(name, settings["models"][name], tables[name], at) for name in names}
    return State(at.title, settings, models, packages)


def _stages(folder: Path) -> dict[str, Any]:
    return dict(files.read_yaml(_small(folder / paths.PIPELINE_LOCK))["stages"])


def _tables(stages: dict[str, Any]) -> dict[str, str]:
    """Return by model the MD5 of the table that was split."""
    return {
        stage.removeprefix("split@"): str(dependency["md5"])
        for stage, of in stages.items()
        for dependency in of["deps"]
        if stage.startswith("split@") and paths.is_raw_table(dependency["path"])
    }


def _predicted(name: str, settings: dict[str, Any], table: str, at: Place) -> Predicted:
    lane = paths.ModelPaths(name)
    if absent := [path for path in (lane.metrics, lane.held_out) if not (at.folder / path).is_file()]:
        is_known = not at.commit or str(absent[0]) in (at.folder / paths.PIPELINE_LOCK).read_text("utf-8")
        why = at.remedy if is_known else "its version of the project does not write it"
        no_rows = HeldOut(*[np.empty(0)] * 5)
        return Predicted(settings, {}, table, no_rows, f"{at.title} has no {absent[0]}: {why}")
    metrics, held_out = (_small(at.folder / path) for path in (lane.metrics, lane.held_out))
    return Predicted(settings, files.read_json(metrics), table, comparison.read(held_out))


def _small(path: Path) -> Path:
    if path.stat().st_size > LARGEST:
        raise Mistake(f"{path.name} has more than {LARGEST:,} bytes")
    return path


def _bounded(settings: Any) -> Any:
    """Return `settings` unless aliases make a few lines of YAML a billion values."""
    left, count = [settings], 0
    while left and (count := count + 1) <= MOST:
        value = left.pop()
        left += value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    if left:
        raise Mistake(f"{paths.PARAMS} has more than {MOST:,} values")
    return settings


def rows(first: Path, second: Path, scratch: Path) -> Rows:
    """Return how the rows of two CSV tables differ in the columns of both; Git says it, which is quick at any size."""
    tables = [[record for _, record in header.records(path)] for path in (first, second)]
    both = [name for name in tables[0][0] if name in tables[1][0]]
    for letter, (names, *records) in zip("AB", tables, strict=True):
        at = [names.index(name) for name in both]
        lines = (json.dumps([record[place] for place in at]) for record in records)
        files.write_text(scratch / letter, "".join(f"{line}\n" for line in lines))
    how = ("--no-index", "--no-ext-diff", "--no-color", "--text", "--unified=0", "--inter-hunk-context=0")
    try:
        said = git.run("diff", *how, "A", "B", folder=scratch)
    except CalledProcessError as error:
        if error.returncode != 1:  # they differ
            raise
        said = error.stdout
    hunks = [(int(old or 1), int(new or 1)) for old, new in HUNK.findall(said)]
    fewer, more = ([name for name in one[0] if name not in both] for one in tables)
    return Rows(both, more, fewer, hunks)


def differing(pair: tuple[Predicted, Predicted], places: list[Place], scratch: Path) -> Rows | str:
    """Return how the rows of two tables differ, or why that is not known."""
    try:
        first, second = (_table(of, at) for of, at in zip(pair, places, strict=True))
        return rows(first, second, scratch)
    except (Mistake, LookupError) as error:
        return str(error)


def _table(of: Predicted, at: Place) -> Path:
    """Return where the table lies that a model was built from. Raises Mistake where it is nowhere, or no CSV."""
    path = Path(of.settings["data"])
    if not paths.is_raw_table(str(path)) or path.suffix != ".csv" or of.table.endswith(".dir"):
        raise Mistake(f"{path} is not one CSV below {paths.RAW}")
    if at.commit:
        _show(at.commit, path, at.folder)
    kept = cache_folder() / of.table[:2] / of.table[2:] if MD5.fullmatch(of.table) else path
    for place in (at.folder / path, path, kept):
        if place.is_file() and files.file_hash("md5", _small(place)) == of.table:
            return place
    raise Mistake(f"the {path} of {at.title} is kept no more")


def code(first: Place, second: Place) -> list[str]:
    """Return the files of code that differ between two commits, or a commit and the workspace."""
    commits = [each.commit for each in (first, second) if each.commit]
    try:
        found = git.run("diff", "--name-only", "-z", *commits, "--", *CODE) if commits else b""
        if len(commits) == 1:
            found += git.run("ls-files", "--others", "--exclude-standard", "-z", "--", *CODE)
    except CalledProcessError:
        return [f"not compared: this clone has not both {' and '.join(commits)}"]
    edited = sorted(f"{name} (edited after the run's commit)" for name in {*first.edited, *second.edited})
    return [os.fsdecode(name) for name in found.split(b"\0") if name] + edited


def stale(at: Place) -> list[str]:
    """Return a warning where results are not of their settings or, in the workspace, of the tables and code."""
    if at.run:
        return []
    try:
        if not at.commit:
            staleness.refuse(params.load(), {})
            return []
        stages = _stages(at.folder)
        recorded = {dep["path"]: dep["md5"] for of in stages.values() for dep in of["deps"]}
        asked = params.read_yaml((at.folder / paths.PARAMS).read_text("utf-8"))
        changed = staleness.stale(stages, asked, [name for name in stages if "@" in name], recorded.get)
    except Mistake as mistake:
        changed = mistake.lines[0]
    return [f"beware: the results of {at.title} are of an earlier state of it: {changed}"] if changed else []


def as_markdown(verdicts: dict[str, Verdict], lines: list[str]) -> list[str]:
    """Return the verdicts as a list and all else as it is, in a block that nothing in it can end."""
    text = "\n".join(map(terminal.line, lines))
    fence = "`" * max([3, *(1 + len(run) for run in re.findall("`+", text))])
    return [*(f"- `{name}`: **{of.told}**" for name, of in verdicts.items()), "", f"{fence}text", text, fence]


def main(first: str = "HEAD", second: str = WORKSPACE, *options: str) -> int:
    """Print the comparison; return 0, 1 where a model is worse and FAIL_ON says so, 3 where none could be compared."""
    if options not in ((), (MARKDOWN,)) or os.environ.get(FAIL_ON, "") not in ("", comparison.WORSE):
        raise Mistake(f"it takes two states and {MARKDOWN}, and {FAIL_ON} may be {comparison.WORSE}")
    with tempfile.TemporaryDirectory(prefix="exam-passage-compare-") as folder:
        try:
            places = [place(letter, name, Path(folder, letter)) for letter, name in (("A", first), ("B", second))]
            states = [state(at) for at in places]
            others = {
                name: differing(pair, places, Path(folder, "rows"))
                for name, pair in compared.pairs(*states).items()
                if pair[0].table != pair[1].table
            }
            verdicts, lines = compared.states(code(*places), states[0], states[1], others)
            lines += [warning for at in places for warning in stale(at)]
        except UNREADABLE as error:
            raise Mistake(f"this version of the project cannot read both: {type(error).__name__}: {error}") from None
    print("\n".join(as_markdown(verdicts, lines) if options else map(terminal.wrapped, lines)))
    if not any(of.is_compared for of in verdicts.values()):
        return NOTHING
    return FAILED if os.environ.get(FAIL_ON) and any(of.told == comparison.WORSE for of in verdicts.values()) else 0
