"""Build the commit at hand in many ways and compare dvc.lock: make reproduce.

VARIATIONS="an old processor,elsewhere" and TABLES=lesson restrict it; a variation that is named must be possible. JOBS
builds go at once.
"""

import hashlib
import os
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

import yaml

from passage.base import paths
from passage.base.errors import Mistake
from passage.base.progress import bar
from passage.tracking import git
from tools.rebuild.clone import own_cache, own_variables
from tools.studies import bench_large, clones
from tools.studies.variations import ALL, Variation, interpreter, missing, with_locale

UNEQUAL = 1  # exit code, also for what was to be tried and was not
AS_IT_IS = Variation("as it is", "None")
LOWER = {  # what is written below the modules of src/passage, whose functions look their limits up when they are called
    "base/blocks.py": "LARGE = 10_000",
    "base/parquet.py": "WRITTEN_TOGETHER, READ_TOGETHER = 2_000, 8_000",
    "association/firth.py": "LIMIT = 1.0",  # no end of an interval is searched for
}


class Build(NamedTuple):
    """What came of one build. lock: the bytes of dvc.lock. problem: why there is none. untried: it was not begun."""

    table: str
    name: str
    lock: bytes = b""
    problem: str = ""
    untried: bool = False


class Impossible(Exception):
    """A variation that this machine cannot make, or on which it has no effect."""


def breast_cancer(clone: Path) -> None:
    """Put scikit-learn's breast cancer table (569 rows, 30 features) in the place of the lesson's."""
    from sklearn.datasets import load_breast_cancer

    rows = load_breast_cancer(as_frame=True).frame
    rows.to_csv(clone / paths.RAW / "breast_cancer.csv", index=False)
    clones.put(clone, "breast_cancer", target="target", features=list(rows.columns.drop("target")))
    clones.commit(clone, "breast cancer")


def by_blocks(clone: Path) -> None:
    """Put a drawn table (6,000 rows, three numbers, a category) there, and lower the limits of what is read by blocks.

    So it has several blocks, and comes to what it does in the way of a table beyond memory.
    """
    for module, limits in LOWER.items():
        with (clone / "src/passage" / module).open("a", encoding="utf-8") as text:
            text.write(f"\n{limits}\n")
    bench_large.make_table(clone / paths.RAW / "by_blocks.csv", 6_000, 3, levels=4)
    features, columns = ["x1", "x2", "x3", "level"], {"level": {"kind": "category"}}
    clones.put(clone, "by_blocks", target=bench_large.TARGET, features=features, columns=columns)
    clones.commit(clone, "by blocks")


TABLES: dict[str, Callable[[Path], None]] = {
    "lesson": lambda clone: None,
    "breast-cancer": breast_cancer,
    "by-blocks": by_blocks,
}


def build(table: str, variation: Variation, commit: str, scratch: Path) -> Build:
    """Build a table in a clone of its own under a variation, if this machine can and the variation has an effect."""
    try:
        with (
            tempfile.TemporaryDirectory(dir=scratch, ignore_cleanup_errors=True) as root,
            varied(table, variation, commit, Path(root)) as (folder, environment),
        ):
            run(variation, ["dvc", "repro"], folder, environment)
            return Build(table, variation.name, (folder / paths.PIPELINE_LOCK).read_bytes())
    except Impossible as impossible:
        return Build(table, variation.name, problem=str(impossible), untried=True)
    except subprocess.CalledProcessError as error:
        return Build(table, variation.name, problem=f"the build failed: {_last_line(error)}")


@contextmanager
def varied(table: str, variation: Variation, commit: str, root: Path) -> Iterator[tuple[Path, dict[str, str]]]:
    """Yield the folder of a clone, and the environment to build it in.

    Raises Impossible where the machine does not let it vary, CalledProcessError where set-up fails.
    """
    if lacking := missing(variation):
        raise Impossible(lacking)
    folder = root / variation.folder
    clones.clone(folder, commit)
    TABLES[table](folder)
    plain = own_variables(folder)
    own_cache(folder, plain)
    environment = plain | with_locale(variation.variables, root / "locales")
    if variation.python:
        setup = ["make", "setup", f"PYTHON={interpreter(variation.python)}"]
        subprocess.run(setup, cwd=folder, capture_output=True, check=True, env=plain)
        environment["PATH"] = f"{folder}/.venv/bin:{plain['PATH']}"
    with ExitStack() as left:
        try:
            before = probe(AS_IT_IS, variation.probe, folder, plain)
            if variation.listing:
                shutil.move(folder, root / "in order")
                folder.mkdir()
                order = ["--quiet", "--shuffle-dirents=no", "--reverse-dirents=yes"]
                subprocess.run(["disorderfs", *order, root / "in order", folder], check=True, capture_output=True)
                left.callback(subprocess.run, ["umount", "--lazy", str(folder)], check=True)
            after = probe(variation, variation.probe, folder, environment)
        except subprocess.CalledProcessError as error:
            raise Impossible(_last_line(error)) from error
        if not has_effect(variation, before, after):
            raise Impossible(f"no effect on this machine: {after[:60]}")
        yield folder, environment


def has_effect(variation: Variation, before: str, after: str) -> bool:
    """Return whether what the probe says without and with a variation shows that it varies what it is to."""
    return after == variation.expected if variation.expected else after != before or variation == AS_IT_IS


def run(variation: Variation, command: list[str], folder: Path, environment: dict[str, str]) -> str:
    """Return what a command prints under a variation."""
    if variation.prefix[:1] == ("script",):  # which takes a line for a shell
        command = [shlex.join(command), "/dev/null"]
    command = [*variation.prefix, *command]
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, check=True, stdin=subprocess.DEVNULL
    )
    return done.stdout.decode(errors="replace").strip()


def probe(variation: Variation, expression: str, folder: Path, environment: dict[str, str]) -> str:
    """Return the value of a Python expression under a variation, as text."""
    return run(variation, ["python3", "-c", f"print({expression})"], folder, environment)


def _last_line(error: subprocess.CalledProcessError) -> str:
    said = (error.stderr or error.output or b"").decode(errors="replace").strip().splitlines()
    return said[-1] if said else str(error)


def differing(lock: bytes, reference: bytes) -> list[str]:
    """Return the outputs that two contents of dvc.lock have with different checksums, in the order of the stages."""
    mine, theirs = (
        {out["path"]: out["md5"] for stage in yaml.safe_load(text)["stages"].values() for out in stage.get("outs", [])}
        for text in (lock, reference)
    )
    return [path for path in {**mine, **theirs} if mine.get(path) != theirs.get(path)]


def line(made: Build, reference: Build) -> str:
    """Return one line of the matrix."""
    start = f"{made.table:14}{made.name:36}"
    if made.untried:
        return f"{start}not tried: {made.problem}"
    if made.problem:
        return f"{start}{made.problem}"
    lock = hashlib.sha256(made.lock).hexdigest()[:12]
    if made.lock == reference.lock:
        return f"{start}{lock}"
    return f"{start}{lock} DIFFERS: {', '.join(differing(made.lock, reference.lock)[:5]) or 'the rest of it'}"


def is_equal(made: Build, reference: Build) -> bool:
    """Return whether a build that was begun gave the reference's lock."""
    return not made.problem and made.lock == reference.lock


def wanted() -> tuple[list[str], list[Variation]]:
    """Return the tables and variations that TABLES and VARIATIONS name, or all. Raises Mistake for unknown ones."""
    words = [[word.strip() for word in os.environ.get(key, "").split(",")] for key in ("TABLES", "VARIATIONS")]
    tables, names = (list(filter(None, found)) for found in words)
    known = [*TABLES, *(one.name for one in ALL)]
    if unknown := {*names, *tables} - {*known}:
        raise Mistake(f"not known: {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    return tables or list(TABLES), [AS_IT_IS, *(one for one in ALL if not names or one.name in names)]


def main() -> int:
    """Print the matrix; return 1 where a build failed or its dvc.lock is not that of the build as it is.

    Also where a variation that VARIATIONS names was not tried.
    """
    tables, variations = wanted()
    jobs = int(os.environ.get("JOBS") or max(1, (os.cpu_count() or 1) // 2))
    commit = git.text("rev-parse", "HEAD")  # which may move on while this works
    tried = untried = unequal = 0
    with tempfile.TemporaryDirectory(prefix="exam-passage-reproduce-") as scratch, ThreadPoolExecutor(jobs) as pool:
        for table in tables:
            begun = [pool.submit(build, table, variation, commit, Path(scratch)) for variation in variations]
            reference = begun[0].result()
            for made in (build.result() for build in bar(f"building {table}", "build", begun)):
                print(line(made, reference), flush=True)
                tried, untried = tried + (not made.untried), untried + made.untried
                unequal += not made.untried and not is_equal(made, reference)
    same = f"{unequal} of them with another lock, or with none" if unequal else "one lock for each table"
    print(f"{tried} builds, {same}; {untried} variations not tried")
    return UNEQUAL if unequal or (untried and os.environ.get("VARIATIONS")) else 0
