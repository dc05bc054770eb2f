"""Build runs again in clean clones and compare every byte and record: make verify RUN=ID, or RUN=all."""

import json
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import NamedTuple

from passage import params
from passage.base import lock, paths
from passage.base.errors import Mistake
from passage.base.files import file_hash, read_json
from passage.base.progress import bar
from passage.tracking import outputs, runs
from passage.tracking.location import RUN_ID
from passage.tracking.runs import Kept
from passage.tracking.store import readable
from tools.rebuild.clone import Source, build, prepare, record, record_again, require_table
from tools.rebuild.difference import first_difference
from tools.rebuild.records import differences

ALL = "all"
COMMIT = re.compile("[0-9a-f]{40}|[0-9a-f]{64}")
OWN_ENVIRONMENT = "--env"
DIFFERENT, IMPOSSIBLE = 1, 2  # exit codes
RECORDS = "what the run records: metrics, parameters, tags, data sets, description, model"


class Compared(NamedTuple):
    """One output of a run.

    difference: None where the rebuilt file has the same bytes. by_hash: the run keeps the file's hash and no copy.
    """

    path: str
    difference: str | None
    by_hash: bool = False


class Verdict(NamedTuple):
    """What came of one run.

    problem: why it could not be rebuilt. records: what it records in another way than the rebuild, in words by name;
    None where the rebuild has recorded nothing, for the reason `unrecorded`.
    """

    run: Kept
    files: list[Compared]
    problem: str = ""
    records: Mapping[str, str] | None = None
    unrecorded: str = ""

    @property
    def is_different(self) -> bool:
        """Whether a file or a record is not equal."""
        return bool(self.records) or any(one.difference for one in self.files)


def source(run: Kept) -> Source:
    """Return what a run was built from, out of its tags and artifacts. Raises Mistake where they do not tell."""
    tags = run.tags
    if "git.commit" not in tags:
        raise Mistake("it was tracked outside Git: no commit to build it from")
    if run.problem:
        raise Mistake(f"its artifacts cannot be read: {run.problem}")
    if not (run.folder / paths.PARAMS).is_file():
        raise Mistake(f"its artifacts are gone: no {paths.PARAMS} to build it from")
    if lacking := sorted(({"model", "data.md5"} - tags.keys()) | ({"data"} - run.params.keys())):
        raise Mistake(f"its tags and parameters lack {', '.join(lacking)}")
    if not COMMIT.fullmatch(tags["git.commit"]) or not paths.is_name(tags["model"]):
        raise Mistake(f"its tags name no commit or no model: {tags['git.commit']!r}, {tags['model']!r}")
    if not paths.is_raw_table(run.params["data"]):
        raise Mistake(f"its parameter data is {run.params['data']!r}, which is no table below {paths.RAW}/")
    changes = run.folder / runs.CHANGES
    if tags.get("git.dirty") == "true" and not changes.is_file() and "git.left_out" not in tags:
        raise Mistake("it was built with uncommitted changes that it does not keep")
    try:
        left_out = tuple(json.loads(tags.get("git.left_out", "[]")))
    except (ValueError, TypeError):  # the store had no room for all of it
        raise Mistake(f"its tag git.left_out is cut off: {tags['git.left_out'][-40:]}") from None
    patch = changes.read_bytes() if changes.is_file() else b""
    return Source(tags["git.commit"], patch, (run.folder / paths.PARAMS).read_bytes(), left_out)


def compare(run: Kept, rebuilt: Path) -> list[Compared]:
    """Return for every output of a run, and for what only the rebuild has, whether its bytes are the same.

    Raises Mistake where the run's list of outputs cannot be read, or has none.
    """
    known = run.folder / runs.OUTPUTS
    kept = {path.relative_to(run.folder).as_posix(): path for path in sorted(run.folder.rglob("*")) if path.is_file()}
    ours = {path: file for path, file in kept.items() if path not in (str(paths.PARAMS), runs.OUTPUTS, runs.CHANGES)}
    if known.is_file():
        expected = _listed(known)
        built = {
            path.as_posix() for path in outputs.of_lane(run.tags["model"], [], rebuilt) if (rebuilt / path).is_file()
        }
    else:  # a run from before there was a list of outputs is held to the files that it keeps
        expected, built = {path: file_hash("sha256", file) for path, file in ours.items()}, set()
    if not expected:
        raise Mistake("its outputs are gone")
    return [
        Compared(path, _difference(expected.get(path), ours.get(path), rebuilt / path), path not in ours)
        for path in sorted({*expected, *built})
    ]


def _listed(outputs: Path) -> dict[str, str]:
    try:
        listed = dict(read_json(outputs))
    except (ValueError, TypeError):
        raise Mistake(f"its {runs.OUTPUTS} is damaged") from None
    if others := [path for path in listed if not lock.written(path)]:
        raise Mistake(f"its {runs.OUTPUTS} names {others[0]!r}, which no stage of this project writes")
    return listed


def _difference(expected: str | None, kept: Path | None, rebuilt: Path) -> str | None:
    if expected is None:
        return "only the rebuild has it"
    if kept and file_hash("sha256", kept) != expected:
        return f"the run's copy is not the file that its {runs.OUTPUTS} lists"
    if not rebuilt.is_file():
        return "the rebuild does not have it"
    if file_hash("sha256", rebuilt) == expected:
        return None
    return first_difference(kept, rebuilt) if kept else "of this file, the run keeps the hash alone"


def verify(wanted: list[Kept], own_environment: bool, scratch: Path) -> Iterator[Verdict]:
    """Yield a verdict for each run; what was built from the same is rebuilt once."""
    groups: dict[Source, list[Kept]] = {}
    for run in wanted:
        try:
            groups.setdefault(source(run), []).append(run)
        except Mistake as mistake:
            yield Verdict(run, [], str(mistake))

    with ThreadPoolExecutor(max(1, (os.cpu_count() or 1) // 2)) as pool:
        builds = [
            pool.submit(_verify_state, what, of, scratch / f"rebuild-{number}", own_environment)
            for number, (what, of) in enumerate(groups.items())
        ]
        for done in bar("rebuilding", "rebuild", as_completed(builds), len(builds)):
            yield from done.result()


def _verify_state(what: Source, of: list[Kept], folder: Path, own_environment: bool) -> list[Verdict]:
    """Return a verdict for each of the runs that were built from the same: one build in `folder` serves them all.

    Where a run's table is not to be had, the others are held to what is built without it.
    """
    problems = [""] * len(of)
    try:
        variables = prepare(what, folder, paths.main_repository(), own_environment)
        problems = [_problem(run, folder) for run in of]
        if not all(problems):
            build(folder, variables)
        verdicts = [
            Verdict(run, [], problem) if problem else verdict(run, folder)
            for run, problem in zip(of, problems, strict=True)
        ]
        return with_records(verdicts, folder, variables)
    except (Mistake, OSError) as error:  # a commit without requirements.lock, a full disk: no reason to leave others
        return [Verdict(run, [], problem or str(error)) for run, problem in zip(of, problems, strict=True)]
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def verdict(run: Kept, folder: Path) -> Verdict:
    """Return how the files of a run compare with those that were built in `folder`."""
    try:
        return Verdict(run, compare(run, folder))
    except Mistake as mistake:
        return Verdict(run, [], str(mistake))


def with_records(verdicts: list[Verdict], folder: Path, variables: dict[str, str]) -> list[Verdict]:
    """Return the verdicts with what the runs record in another way than the rebuild in `folder`.

    The run's own code has written it, or the code at hand when `make history` brought it in.
    """
    for write in (record, record_again):
        if all(verdict.problem or verdict.records == {} for verdict in verdicts):
            break
        try:
            again = written(write, folder, variables)
            verdicts = [_fewer(verdict, again) for verdict in verdicts]
        except Mistake as mistake:
            verdicts = [verdict._replace(unrecorded=verdict.unrecorded or str(mistake)) for verdict in verdicts]
    return verdicts


def written(write: Callable[[Path, dict[str, str]], None], folder: Path, variables: dict[str, str]) -> dict[str, Kept]:
    """Return by model the runs that `write` makes of what was built in `folder`."""
    write(folder, variables)
    return runs.written_again(folder, folder / ".dvc/tmp" / write.__name__)


def _fewer(verdict: Verdict, again: Mapping[str, Kept]) -> Verdict:
    model = verdict.run.tags.get("model", "")
    if verdict.problem or model not in again:
        return verdict
    found = differences(verdict.run, again[model])
    return verdict._replace(records=min(found if verdict.records is None else verdict.records, found, key=len))


def _problem(run: Kept, folder: Path) -> str:
    """Return what is wrong with the run's table in a prepared folder; empty where nothing is."""
    try:
        require_table(folder, run.params["data"], run.tags["data.md5"])
    except Mistake as mistake:
        return str(mistake)
    return ""


def table(verdict: Verdict, every_file: bool) -> str:
    """Return a run's verdict in lines: its files, equal or not, and a count."""
    run = f"{verdict.run.title} ({verdict.run.id})"
    if verdict.problem:
        return f"{run}: cannot be rebuilt: {verdict.problem}"
    lines = []
    for one in verdict.files:
        if one.difference:
            lines.append(f"  DIFFERS  {one.path}: {one.difference}")
        elif every_file:
            lines.append(f"  equal    {one.path}{' (by its hash: the run keeps no copy)' if one.by_hash else ''}")
    if verdict.records is None and verdict.unrecorded:
        lines.append(f"  not compared: {RECORDS}: {verdict.unrecorded}")
    elif verdict.records == {} and every_file:
        lines.append(f"  equal    {RECORDS}")
    lines += [f"  DIFFERS  {name}: {difference}" for name, difference in (verdict.records or {}).items()]
    same = [one for one in verdict.files if not one.difference]
    by_hash = sum(one.by_hash for one in same)
    count = f"{run}: {len(same)} of {len(verdict.files)} files are equal, byte for byte"
    return "\n".join([*lines, count + (f", {by_hash} of them by the hash" if by_hash else "")])


def main(which: str, *options: str) -> int:
    """Print for one run every file, for all finished runs of the experiment those that differ; return the exit code.

    0: all are equal. 1: some differ. 2: some could not be rebuilt. Nothing is written to the store. Raises Mistake
    where there is nothing to verify.
    """
    if options not in ((), (OWN_ENVIRONMENT,)):
        raise Mistake(
            f"{' '.join(options)} is not known; {OWN_ENVIRONMENT} builds with the packages of the run's own lock file"
        )
    if which != ALL and not RUN_ID.fullmatch(which):
        raise Mistake(f"{which}: a run is named by its id, 32 letters and digits (in MLflow: Run ID), or {ALL}")
    experiment = params.load().mlflow.experiment
    with tempfile.TemporaryDirectory(prefix="exam-passage-verify-") as folder:
        with readable(experiment) as experiment_id:
            ids = runs.finished(experiment_id) if which == ALL else [which]
            if not ids:
                raise Mistake(
                    f"{experiment} has no finished run to verify; `dvc repro -sf track` brings in what is built"
                )
            wanted = [runs.fetch(run_id, Path(folder, run_id)) for run_id in bar("reading runs", "run", ids)]
        verdicts = []
        for verdict in verify(wanted, bool(options), Path(folder)):
            print(table(verdict, every_file=which != ALL), flush=True)
            verdicts.append(verdict)
    impossible = sum(bool(verdict.problem) for verdict in verdicts)
    different = sum(verdict.is_different for verdict in verdicts)
    if which == ALL:
        equal = len(verdicts) - impossible - different
        print(f"{equal} of {len(verdicts)} runs are equal, {different} differ, {impossible} cannot be rebuilt")
    return IMPOSSIBLE if impossible else DIFFERENT if different else 0
