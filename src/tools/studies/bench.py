"""Time the pipeline beside DVC alone, beside one plain script and, if asked for, beside another commit: make bench.

- pipeline: the commit at hand
- base: the commit that BASE names
- cp: the pipeline's stages, whose commands only copy
- lean: eleven such stages with a few deps each, as people write them
- plain: plain_tracking.py, one script that fits both models and logs them to MLflow

They take turns, ROUNDS times (3), so that a machine that slows down slows them all. QUEUE=yes: eight queued experiments
on two workers, too. Each has a cache and a store before its first turn, and its bytecode is compiled, as a user's is
after a first run; PYTHONDONTWRITEBYTECODE is not handed on.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from dvc.utils.hydra import apply_overrides

from passage.base import paths
from passage.base.errors import Mistake
from passage.tracking import git
from tools.rebuild.clone import own_variables
from tools.studies import clones, stand_ins
from tools.studies.markdown import head, line

FULL, UNCHANGED, ONE, QUEUE = "full rebuild", "nothing changed", "one parameter", "a queue of eight on two workers"
PARAMETER = "models.model_2.train.C"
COMMANDS = {FULL: ["repro", "-f"], UNCHANGED: ["repro"], ONE: ["exp", "run", "-S", f"{PARAMETER}={{}}"]}
KINDS = {  # of what is timed, those that take part in each action
    FULL: ("pipeline", "base", "cp", "lean", "plain"),
    UNCHANGED: ("pipeline", "base", "cp", "lean"),
    ONE: ("pipeline", "base", "cp", "lean", "plain"),
    QUEUE: ("pipeline", "base", "cp"),
}
AIMS = (  # action, numerator, denominator, the greatest ratio that is aimed at
    (FULL, "pipeline", "base", 0.65),
    (FULL, "pipeline", "plain", 2.0),
    (UNCHANGED, "pipeline", "base", 1.0),
    (ONE, "pipeline", "base", 0.6),
    (ONE, "pipeline", "plain", 1.3),
    (ONE, "cp", "lean", 2.2),
    (QUEUE, "pipeline", "base", None),
    (QUEUE, "pipeline", "cp", None),
)
QUEUED = 8
FINISHED, FAILED = "refs/exps/??/*/*", "refs/exps/celery/failed"  # what DVC makes of experiments of a queue in Git
WAIT, ENDS = 1800, 300  # s, for a queue, and for its workers to end
PLAIN = Path(__file__).resolve().with_name("plain_tracking.py")

Times = dict[str, dict[str, list[float]]]  # s, of each action, kind and round


def prepare(folder: Path, kind: str, commit: str) -> None:
    """Make in `folder` what is timed, and run it once, so that it has a cache and a store."""
    if kind == "lean":
        git.run("init", "--quiet", str(folder), folder=Path())
        run(["dvc", "init", "--quiet"], folder)
        stand_ins.write_lean(folder)
    else:
        clones.clone(folder, commit)
        run([sys.executable, "-m", "compileall", "-q", "src"], folder)
    if kind == "cp":
        stand_ins.replace_commands(folder)
    if kind == "plain":
        run([sys.executable, str(PLAIN)], folder)
    else:
        run(["dvc", "repro"], folder)
        run(["dvc", "status", "--quiet"], folder)  # fails where the next one would find something to do
    clones.commit(folder, kind)


def run(command: list[str], folder: Path) -> float:
    """Run a command in `folder` and return its wall time (s)."""
    started = time.perf_counter()
    with tempfile.TemporaryFile() as said:  # not a pipe: the workers of a queue would keep it open
        done = subprocess.run(
            command, cwd=folder, env=own_variables(folder), stdin=subprocess.DEVNULL, stdout=said, stderr=said
        )
        seconds = time.perf_counter() - started
        if done.returncode:
            said.seek(0)
            told = said.read().decode(errors="replace")
            raise RuntimeError(f"{' '.join(command)} failed in {folder}:\n{told}")
    return seconds


def take(action: str, kind: str, folder: Path, number: int) -> float:
    """Return how long (s) an action of the round of this number takes; afterwards the folder is as committed."""
    changed = number + 1.5  # a C that neither the commit nor another round has
    if action == QUEUE:
        return queue(folder, [number + 2 + one / 100 for one in range(1, QUEUED + 1)])
    if kind == "plain":
        if action == ONE:
            apply_overrides(folder / paths.PARAMS, [f"{PARAMETER}={changed}"])
        seconds = run([sys.executable, str(PLAIN)], folder)
    else:
        seconds = run(["dvc", *(argument.format(changed) for argument in COMMANDS[action])], folder)
    git.run("checkout", "--quiet", ".", folder=folder)
    if action == ONE and kind != "plain":
        run(["dvc", "repro"], folder)  # back to the committed outputs
    return seconds


def queue(folder: Path, values: list[float]) -> float:
    """Return how long (s) it takes to queue an experiment for each C, and to run them all on two workers."""
    wanted, started = len(_refs(folder, FINISHED)) + len(values), time.perf_counter()
    run(["dvc", "exp", "run", "--queue", "-S", f"{PARAMETER}={','.join(map(str, values))}"], folder)
    run(["dvc", "queue", "start", "-j", "2"], folder)
    while len(_refs(folder, FINISHED)) < wanted:
        if _refs(folder, FAILED) or time.perf_counter() - started > WAIT:
            raise RuntimeError(f"a queued experiment failed, or the queue hangs, in {folder}")
        time.sleep(0.2)
    seconds = time.perf_counter() - started
    run(["dvc", "queue", "stop"], folder)  # idle workers end by themselves, but on a busy machine not always
    stopped = time.perf_counter()
    while "0 active, 0 idle" not in _queue_status(folder):
        if time.perf_counter() - stopped > ENDS:
            raise RuntimeError(f"a worker of the queue does not end, in {folder}")
        time.sleep(1)
    return seconds


def _refs(folder: Path, pattern: str) -> list[str]:
    return git.text("for-each-ref", "--format=%(refname)", pattern, folder=folder).splitlines()


def _queue_status(folder: Path) -> str:
    command = ["dvc", "queue", "status"]  # which fails where it meets a half-written state
    return subprocess.run(command, cwd=folder, env=own_variables(folder), capture_output=True, text=True).stdout


def measure(folders: dict[str, Path], actions: list[str], rounds: int) -> Times:
    """Return the wall times (s) of each action of each kind, one for each round."""
    times: Times = {action: {kind: [] for kind in KINDS[action] if kind in folders} for action in actions}
    for number in range(rounds):
        for action, by_kind in times.items():
            for kind, taken in by_kind.items():
                taken.append(take(action, kind, folders[kind], number))
                print(f"round {number + 1} of {rounds}: {action}, {kind}: {taken[-1]:.1f} s", flush=True)
    return times


def table(times: Times) -> str:
    """Return the medians (s), and the ratios (medians of those within a round) with what is aimed at."""
    kinds = list(times[FULL])
    lines = [head("median wall time", *kinds)]
    for action, by_kind in times.items():
        seconds = [f"{statistics.median(by_kind[kind]):.1f} s" if kind in by_kind else "" for kind in kinds]
        lines.append(line(action, *seconds))
    lines += ["", head("ratio", "", "median", "aim: at most")]
    for action, one, other, aim in AIMS:
        by_kind = times.get(action, {})
        if one in by_kind and other in by_kind:
            lines.append(line(action, f"{one} / {other}", f"{ratio(by_kind[one], by_kind[other]):.2f}", aim or ""))
    return "\n".join(lines)


def ratio(one: list[float], other: list[float]) -> float:
    """Return the median of the ratios of what was taken in the same round."""
    return statistics.median(mine / its for mine, its in zip(one, other, strict=True))


def _commit(name: str) -> str:
    try:
        return git.text("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}", folder=Path())
    except subprocess.CalledProcessError:
        raise Mistake(f'BASE is "{name}", which is no commit of this repository') from None


def main() -> None:
    """Print the tables for the commit at hand. ROUNDS: how many; BASE: a commit beside it; QUEUE: a queue, too."""
    given = os.environ.get("ROUNDS") or "3"
    if not given.isdecimal() or not int(given):
        raise Mistake(f'ROUNDS is "{given}", but must be a whole number from 1 on')
    rounds, base, head = int(given), os.environ.get("BASE") or "", _commit("HEAD")
    commits = dict.fromkeys(KINDS[FULL], head) | {"base": _commit(base) if base else ""}
    with tempfile.TemporaryDirectory(prefix="exam-passage-bench-") as parent:
        folders = {kind: Path(parent, kind) for kind, commit in commits.items() if commit}
        for kind, folder in folders.items():
            prepare(folder, kind, commits[kind])
        actions = [action for action in KINDS if action != QUEUE or os.environ.get("QUEUE")]
        times = measure(folders, actions, rounds)
    beside = f", base {commits['base'][:7]}" if base else ""
    print(f"\npipeline {head[:7]}{beside}; rounds: {rounds}; bytecode was compiled before the first\n\n{table(times)}")
