"""Bring what earlier commits and DVC experiments built, and DVC's cache still holds, into the store: make history."""

import hashlib
import os
import tempfile
from collections import defaultdict
from collections.abc import Container, Iterator
from contextlib import chdir, contextmanager
from pathlib import Path
from typing import NamedTuple

from dvc.api import DVCFileSystem
from dvc.exceptions import DvcException
from dvc_data.index import DataIndexDirError
from yaml import YAMLError

from passage import params
from passage.base import files, lock, paths
from passage.base.errors import Mistake, Unreachable
from passage.base.progress import bar
from passage.params import Params
from passage.tracking import git
from passage.tracking.handover import hand_over
from passage.tracking.result import collect, hashed, tables
from passage.tracking.staleness import Stale, stages_of, stale
from tools.dvc import experiments

LOCK, SETTINGS = str(paths.PIPELINE_LOCK), str(paths.PARAMS)
# What a result is made of and, last, where it is written down.
PARTS = (SETTINGS, "src", "data", str(paths.PIPELINE), str(paths.REQUIREMENTS), LOCK, str(paths.METRICS))


class Revision(NamedTuple):
    """A commit, or a DVC experiment with its name."""

    commit: str
    experiment: str = ""

    @property
    def title(self) -> str:
        """What a person calls it."""
        return self.experiment or self.commit[:7]


class Outcome(NamedTuple):
    """What came of one model at one revision: its run, new or not, or why it could not be brought in.

    is_stale: dvc.lock is not of this revision; it may be of another one.
    """

    revision: Revision
    model: str
    run: str = ""
    is_new: bool = False
    problem: str = ""
    is_stale: bool = False


def revisions() -> list[list[Revision]]:
    """Return the revisions that may hold a result, those with the same dvc.lock and params.yaml together.

    They are the commits of every branch and tag, the oldest first, and then the experiments. Of those that differ in
    nothing that a result is made of, it is the first one.
    """
    everywhere = ("--branches", "--tags", "--remotes", "HEAD")
    log = git.text("log", "--full-history", "--format=%H", "--reverse", *everywhere, "--", *PARTS)
    commits = [Revision(commit) for commit in log.split()]
    states: dict[tuple[str, str], dict[str, Revision]] = defaultdict(dict)
    for revision in (*commits, *(Revision(*experiment) for experiment in experiments())):
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
        with tempfile.TemporaryDirectory(prefix="exam-passage-history-") as folder, chdir(folder):
            done = {model for model, outcome in found.items() if not outcome.problem}
            for outcome in _bring_in(revision, repository, done):
                if outcome.model not in found or found[outcome.model].is_stale or not outcome.problem:
                    found[outcome.model] = outcome
        if not any(outcome.problem for outcome in found.values()):
            break
    return list(found.values())


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
            for _, run, is_new in hand_over([collect(name, settings, hashed([name], settings), tags)], settings):
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
    try:
        stages = lock.read()
    except Mistake:
        raise Mistake(f"{paths.PIPELINE_LOCK} cannot be read, as it was committed") from None
    asked = params.read_yaml(paths.PARAMS.read_text(encoding="utf-8"))
    recorded = {output.path.as_posix(): output.md5 for output in lock.outputs(stages)}

    def md5_of(path: str) -> str | None:
        if path in recorded:
            return recorded[path]
        if tree.isdir(path):
            held = {Path(one).relative_to(path).as_posix(): md5_of(one) or "" for one in tree.find(path)}
            return files.folder_hash(held)
        return hashlib.md5(tree.read_bytes(path), usedforsecurity=False).hexdigest() if tree.isfile(path) else None

    wanted = stages_of([name], settings)
    ground = ["check"] if "check" in stages else []
    with _held(f"what {paths.PAGE} was built from"):
        changed = stale(stages, asked, [*ground, *wanted], md5_of)
    if changed:
        raise Stale(changed)
    entries = {stage: stages[stage] for stage in wanted}
    if others := lock.foreign(entries):
        raise Mistake(others)
    built = [output.path.as_posix() for output in lock.outputs(entries)]
    for path in dict.fromkeys([*built, *map(str, tables(name, settings))]):
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        with _held(path):
            tree.get(path, path, recursive=True)


@contextmanager
def _held(what: str) -> Iterator[None]:
    try:
        yield
    except (OSError, DataIndexDirError) as error:
        raise Mistake(f"{what} is neither in Git nor in DVC's cache") from error


def record() -> None:
    """Write runs of what is built in the working folder, which may be of an earlier commit."""
    settings = params.load()
    there = hashed(settings.models, settings)
    list(hand_over([collect(name, settings, there, {}) for name in settings.models], settings))


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
