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

from ruamel.yaml import YAML

from passage.base import paths
from passage.base.errors import Mistake
from tools.studies import stand_ins

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
        run(["git", "init", "--quiet", str(folder)])
        run(["dvc", "init", "--quiet"], folder)
        stand_ins.write_lean(folder)
    else:
        run(["git", "clone", "--quiet", "--no-checkout", ".", str(folder)])
        run(["git", "checkout", "--quiet", "--detach", commit], folder)
        run([sys.executable, "-m", "compileall", "-q", "src"], folder)
    if kind == "cp":
        stand_ins.replace_commands(folder)
    if kind == "plain":
        run([sys.executable, str(PLAIN)], folder)
    else:
        run(["dvc", "repro"], folder)
        run(["dvc", "status", "--quiet"], folder)  # fails where the next one would find something to do
    run(["git", "add", "--all"], folder)
    author = ["-c", "user.name=bench", "-c", "user.email=bench@localhost"]
    run(["git", *author, "commit", "--quiet", "--allow-empty", "-m", kind], folder)


def run(command: list[str], folder: Path = Path()) -> float:
    """Run a command in `folder` and return its wall time (s)."""
    started = time.perf_counter()
    with tempfile.TemporaryFile() as said:  # not a pipe: the workers of a queue would keep it open
        done = subprocess.run(
            command, cwd=folder, env=environment(folder), stdin=subprocess.DEVNULL, stdout=said, stderr=said
        )
        seconds = time.perf_counter() - started
        if done.returncode:
            said.seek(0)
            told = said.read().decode(errors="replace")
            raise RuntimeError(f"{' '.join(command)} failed in {folder}:\n{told}")
    return seconds


def environment(folder: Path) -> dict[str, str]:
    """Return the variables to run something with in `folder`: nothing of the user's DVC, Git and MLflow."""
    dropped = ("DVC_", "GIT_", "MLFLOW_", "PYTHONDONTWRITEBYTECODE")
    kept = {key: value for key, value in os.environ.items() if not key.startswith(dropped)}
    path = os.pathsep.join([str(Path(sys.executable).parent), kept["PATH"]])
    return kept | {"PATH": path, "DVC_SITE_CACHE_DIR": str(folder.resolve() / ".dvc/tmp/site_cache")}


def take(action: str, kind: str, folder: Path, number: int) -> float:
    """Return how long (s) an action of the round of this number takes; afterwards the folder is as committed."""
    changed = number + 1.5  # a C that neither the commit nor another round has
    if action == QUEUE:
        return queue(folder, [number + 2 + one / 100 for one in range(1, QUEUED + 1)])
    if kind == "plain":
        if action == ONE:
            _change(folder / paths.PARAMS, changed)
        seconds = run([sys.executable, str(PLAIN)], folder)
    else:
        seconds = run(["dvc", *(argument.format(changed) for argument in COMMANDS[action])], folder)
    run(["git", "checkout", "--quiet", "."], folder)
    if action == ONE and kind != "plain":
        run(["dvc", "repro"], folder)  # back to the committed outputs
    return seconds


def _change(params: Path, changed: float) -> None:
    yaml = YAML()
    settings = yaml.load(params)
    settings["models"]["model_2"]["train"]["C"] = changed
    yaml.dump(settings, params)


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
    while "0 active, 0 idle" not in _said(["dvc", "queue", "status"], folder, check=False):  # it may meet a half state
        if time.perf_counter() - stopped > ENDS:
            raise RuntimeError(f"a worker of the queue does not end, in {folder}")
        time.sleep(1)
    return seconds


def _refs(folder: Path, pattern: str) -> list[str]:
    return _said(["git", "for-each-ref", "--format=%(refname)", pattern], folder).splitlines()


def _said(command: list[str], folder: Path, check: bool = True) -> str:
    done = subprocess.run(command, cwd=folder, env=environment(folder), capture_output=True, text=True, check=check)
    return done.stdout


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
    lines = [f"| median wall time | {' | '.join(kinds)} |", "|---" * (len(kinds) + 1) + "|"]
    for action, by_kind in times.items():
        seconds = [f"{statistics.median(by_kind[kind]):.1f} s" if kind in by_kind else "" for kind in kinds]
        lines.append(f"| {' | '.join([action, *seconds])} |")
    lines += ["", "| ratio | | median | aim: at most |", "|---|---|---|---|"]
    for action, one, other, aim in AIMS:
        by_kind = times.get(action, {})
        if one in by_kind and other in by_kind:
            lines.append(f"| {action} | {one} / {other} | {ratio(by_kind[one], by_kind[other]):.2f} | {aim or ''} |")
    return "\n".join(lines)


def ratio(one: list[float], other: list[float]) -> float:
    """Return the median of the ratios of what was taken in the same round."""
    return statistics.median(mine / its for mine, its in zip(one, other, strict=True))


def _commit(name: str) -> str:
    found = ["git", "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}"]
    try:
        return _said(found, Path()).strip()
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
