"""Bring what earlier commits and DVC experiments built, and DVC's cache still holds, into the store: make history."""

import hashlib
import os
import tempfile
from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dvc.api import DVCFileSystem
from dvc.exceptions import DvcException
from dvc_data.index import DataIndexDirError
from yaml import YAMLError

from passage import params
from passage.base import paths
from passage.base.errors import Mistake, Unreachable
from passage.base.progress import bar
from passage.params import Params
from passage.tracking import git
from passage.tracking.handover import hand_over
from passage.tracking.outputs import folder_hash
from passage.tracking.result import collect

LOCK, SETTINGS = str(paths.PIPELINE_LOCK), str(paths.PARAMS)
# What a result is made of and, last, where it is written down.
PARTS = (SETTINGS, "src", "data", str(paths.PIPELINE), str(paths.REQUIREMENTS), LOCK, str(paths.METRICS))
GROUND = tuple(map(str, paths.GROUND))
LANE_STAGES = ("split", "normalize", "train", "associate", "predict", "evaluate")


@dataclass(frozen=True)
class Revision:
    """A commit, or a DVC experiment with its name."""

    commit: str
    experiment: str = ""

    @property
    def title(self) -> str:
        """What a person calls it."""
        return self.experiment or self.commit[:7]


@dataclass(frozen=True)
class Outcome:
    """What came of one model at one revision: its run, new or not, or why it could not be brought in.

    is_stale: dvc.lock is not of this revision; it may be of another one.
    """

    revision: Revision
    model: str
    run: str = ""
    is_new: bool = False
    problem: str = ""
    is_stale: bool = False


class Stale(Mistake):
    """A dvc.lock that is not of its commit's parameters, code and tables."""


def revisions() -> list[list[Revision]]:
    """Return the revisions that may hold a result, those with the same dvc.lock and params.yaml together.

    They are the commits of every branch and tag, the oldest first, and then the experiments. Of those that differ in
    nothing that a result is made of, it is the first one.
    """
    everywhere = ("--branches", "--tags", "--remotes", "HEAD")
    log = git.text("log", "--full-history", "--format=%H", "--reverse", *everywhere, "--", *PARTS)
    commits = [Revision(commit) for commit in log.split()]
    listed = git.text("for-each-ref", "--format=%(objectname) %(refname)", "refs/exps")
    references = (line.split() for line in listed.splitlines())
    # refs/exps/BA/SELINE/NAME; what else lies there is DVC's own
    experiments = [Revision(commit, name.split("/")[-1]) for commit, name in references if name.count("/") == 4]
    states: dict[tuple[str, str], dict[str, Revision]] = defaultdict(dict)
    for revision in (*commits, *experiments):
        tree = git.text("ls-tree", revision.commit, *PARTS)
        parts = {path: entry for entry, path in (line.split("\t") for line in tree.splitlines())}
        if {LOCK, SETTINGS} <= parts.keys():
            states[parts[LOCK], parts[SETTINGS]].setdefault(tree, revision)
    return [list(same.values()) for same in states.values()]


def bring_in(same: list[Revision], repository: Path) -> list[Outcome]:
    """Write a run for each model that has none, from the first of these revisions that their dvc.lock is of.

    A lock is often committed before or after the code that it is of.
    """
    found: dict[str, Outcome] = {}
    for revision in same:
        with _scratch(repository):
            done = {model for model, outcome in found.items() if not outcome.problem}
            for outcome in _bring_in(revision, repository, done):
                if outcome.model not in found or found[outcome.model].is_stale or not outcome.problem:
                    found[outcome.model] = outcome
        if not any(outcome.problem for outcome in found.values()):
            break
    return list(found.values())


@contextmanager
def _scratch(repository: Path) -> Iterator[None]:
    """Make an empty folder the working folder, and `repository` in the end."""
    with tempfile.TemporaryDirectory(prefix="exam-passage-history-") as folder:
        os.chdir(folder)
        try:
            yield
        finally:
            os.chdir(repository)


def _bring_in(revision: Revision, repository: Path, done: Container[str]) -> Iterator[Outcome]:
    """Restore in the working folder what DVC built at `revision`, and write a run for each model that is not `done`."""
    try:
        for path in (paths.PARAMS, paths.PIPELINE_LOCK):
            path.write_bytes(git.run("show", f"{revision.commit}:{path}", folder=repository))
        settings = params.load()
    except Mistake as mistake:
        yield Outcome(revision, "", problem=f"{mistake.lines[0]} (in this version of the project)")
        return
    tree = DVCFileSystem(str(repository), rev=revision.commit)
    for name in settings.models:
        if name in done:
            continue
        try:
            restore(name, settings, tree)
            tags = {"git.commit": revision.commit, "git.dirty": "false"}
            tags |= {"dvc.experiment": revision.experiment} if revision.experiment else {}
            for _, run, is_new in hand_over([collect(name, settings, tags)], settings):
                yield Outcome(revision, name, run, is_new)
        except Unreachable:
            raise
        except Mistake as mistake:
            yield Outcome(revision, name, problem=mistake.lines[0], is_stale=isinstance(mistake, Stale))
        except (DvcException, YAMLError, KeyError, TypeError, ValueError) as error:  # of another form than today's
            said = f"{type(error).__name__}: {' '.join(str(error).split())}"
            yield Outcome(revision, name, problem=f"this version of the project cannot read it ({said})")


def restore(name: str, settings: Params, tree: DVCFileSystem) -> None:
    """Copy what a lane built and was built from into the working folder.

    Raises Stale where dvc.lock is not of this revision's parameters, code and tables, and Mistake for what neither Git
    nor DVC's cache holds.
    """
    lane = paths.ModelPaths(name)
    batches = [batch for batch, of in settings.score.items() if of.model == name]
    # Not PyYAML, for which 1e-08 among the parameters is a word.
    read = (params.read_yaml(path.read_text(encoding="utf-8")) for path in (paths.PIPELINE_LOCK, paths.PARAMS))
    lock, asked = next(read)["stages"], next(read)
    stages = [*(f"{stage}@{name}" for stage in LANE_STAGES), *(f"score@{batch}" for batch in batches), "report"]

    def md5_of(path: str) -> str | None:
        if tree.isdir(path):
            return folder_hash({one.removeprefix(f"{path}/"): md5_of(one) or "" for one in tree.find(path)})
        return hashlib.md5(tree.read_bytes(path), usedforsecurity=False).hexdigest() if tree.isfile(path) else None

    ground = ["check"] if "check" in lock else []
    if changed := stale(lock, asked, [*ground, *stages[:-1]], md5_of):
        raise Stale(changed)
    if md5_of(str(paths.METRICS)) not in (entry["md5"] for entry in lock["report"]["deps"]):
        raise Stale(f"{paths.PAGE} is of other {paths.METRICS}")
    built = [out["path"] for stage in stages for out in lock[stage].get("outs", [])]
    tables = [settings.models[name].data, *(settings.score[batch].data for batch in batches)]
    for path in dict.fromkeys([*built, *tables, str(lane.metrics)]):
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        try:
            tree.get(path, path, recursive=True)
        except (OSError, DataIndexDirError) as error:
            raise Mistake(f"{path} is neither in Git nor in DVC's cache") from error


def report(outcomes: list[Outcome]) -> str:
    """Return what could not be brought in, by reason, and counts."""
    reasons = defaultdict(list)
    for outcome in outcomes:
        if outcome.problem:
            reasons[outcome.problem].append(f"{outcome.revision.title} {outcome.model}".strip())
    lines = [f"not brought in, since {reason}: {', '.join(of)}" for reason, of in reasons.items()]
    new = sum(outcome.is_new for outcome in outcomes)
    failed = sum(bool(outcome.problem) for outcome in outcomes)
    counts = f"{new} results brought in, {len(outcomes) - new - failed} were there, {failed} cannot be brought in"
    return "\n".join([*lines, counts])


def main() -> None:
    """Go through the history and say what came of it."""
    repository = paths.main_repository()
    os.environ["DVC_ROOT"] = str(repository)  # whose store it is, from the folders that results are restored in
    outcomes: list[Outcome] = []
    for same in bar("bringing results in", "state", revisions()):
        outcomes += bring_in(same, repository)
    print(report(outcomes))


Lock = Mapping[str, Mapping[str, Any]]


def stale(lock: Lock, settings: Mapping[str, Any], stages: Iterable[str], md5_of: Callable[[str], str | None]) -> str:
    """Return the first thing that changed since `stages` were built, in words; empty where nothing did.

    lock: `stages` of dvc.lock. settings: params.yaml as it is. md5_of: the MD5 of a file that no stage builds, None
    where there is none.
    """
    built = {out["path"]: out["md5"] for entry in lock.values() for out in entry.get("outs", [])}
    for stage in stages:
        if stage not in lock:
            return f"{paths.PIPELINE_LOCK} does not know {stage}"
        for dependency in lock[stage].get("deps", []):
            path = dependency["path"]
            if stage == "check" and not path.startswith(GROUND):  # of other models, too
                continue
            if dependency["md5"] != (built[path] if path in built else md5_of(path)):
                return f"{path} is not the one that {stage} was built from"
        for key, value in lock[stage].get("params", {}).get(str(paths.PARAMS), {}).items():
            if value != _value(settings, key):
                return f"{key} in {paths.PARAMS} is not the one that {stage} was built from"
    return ""


def _value(settings: Mapping[str, Any], key: str) -> Any:
    found: Any = settings
    for part in key.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found
