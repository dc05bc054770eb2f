"""Bring what earlier commits and DVC experiments built, and DVC's cache still holds, into the store: make history."""

import hashlib
import os
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from dvc.api import DVCFileSystem
from dvc_data.index import DataIndexDirError
from ruamel.yaml import YAML

from passage import git, params, paths
from passage.errors import Mistake, Unreachable
from passage.params import Params
from passage.progress import bar
from passage.result import collect
from passage.staleness import stale
from passage.tracking.handover import hand_over

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
    """What came of one model at one revision: its run, new or not, or why it could not be brought in."""

    revision: Revision
    model: str
    run: str = ""
    is_new: bool = False
    problem: str = ""


def revisions() -> list[Revision]:
    """Return the commits of every branch and tag, the oldest first, and then the experiments: each dvc.lock once."""
    everywhere = ("--branches", "--tags", "--remotes", "HEAD")
    log = git.text("log", "--format=%H", "--reverse", *everywhere, "--", str(paths.PIPELINE_LOCK), str(paths.PARAMS))
    commits = [Revision(commit) for commit in log.split()]
    listed = git.text("for-each-ref", "--format=%(objectname) %(refname)", "refs/exps")
    references = (line.split() for line in listed.splitlines())
    # refs/exps/BA/SELINE/NAME; what else lies there is DVC's own
    experiments = [Revision(commit, name.split("/")[-1]) for commit, name in references if name.count("/") == 4]
    states: dict[str, Revision] = {}
    for revision in (*commits, *experiments):
        files = git.text("ls-tree", revision.commit, str(paths.PIPELINE_LOCK), str(paths.PARAMS))
        if files.count("\t") == 2:
            states.setdefault(files, revision)
    return list(states.values())


def bring_in(revision: Revision, repository: Path) -> Iterator[Outcome]:
    """Restore what DVC built at `revision` in the working folder, and write a run for each model that has none."""
    tree = DVCFileSystem(str(repository), rev=revision.commit)
    try:
        for path in (paths.PARAMS, paths.PIPELINE_LOCK):
            path.write_bytes(git.run("show", f"{revision.commit}:{path}", folder=repository))
        settings = params.load()
    except Mistake as mistake:
        yield Outcome(revision, "", problem=f"{mistake.lines[0]} (in this version of the project)")
        return
    for name in settings.models:
        try:
            restore(name, settings, tree)
            tags = {"git.commit": revision.commit, "git.dirty": "false"}
            tags |= {"dvc.experiment": revision.experiment} if revision.experiment else {}
            for _, run, is_new in hand_over([collect(name, settings, tags)], settings):
                yield Outcome(revision, name, run, is_new)
        except Unreachable:
            raise
        except Mistake as mistake:
            yield Outcome(revision, name, problem=mistake.lines[0])


def restore(name: str, settings: Params, tree: DVCFileSystem) -> None:
    """Copy what a lane built and was built from into the working folder.

    Raises Mistake where dvc.lock is not of this revision's parameters, code and tables, and for what neither Git nor
    DVC's cache holds.
    """
    lane = paths.Lane(name)
    batches = [batch for batch, of in settings.score.items() if of.model == name]
    yaml = YAML(typ="safe")
    lock = yaml.load(paths.PIPELINE_LOCK.read_text(encoding="utf-8"))["stages"]
    stages = [*(f"{stage}@{name}" for stage in LANE_STAGES), *(f"score@{batch}" for batch in batches), "report"]

    def md5_of(path: str) -> str | None:
        return hashlib.md5(tree.read_bytes(path), usedforsecurity=False).hexdigest() if tree.isfile(path) else None

    if changed := stale(lock, yaml.load(paths.PARAMS.read_text(encoding="utf-8")), stages[:-1], md5_of):
        raise Mistake(changed)
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
    for revision in bar("bringing results in", "revision", revisions()):
        with tempfile.TemporaryDirectory(prefix="exam-passage-history-") as folder:
            os.chdir(folder)
            try:
                outcomes += bring_in(revision, repository)
            finally:
                os.chdir(repository)
    print(report(outcomes))
