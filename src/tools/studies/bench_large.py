"""Time the pipeline on a large table against one plain script that does the same, and compare their peak memory.

The two take turns, with one BLAS thread each, so that a machine that slows down slows both. Each round builds a
fresh clone, then the same with another C, then with nothing changed. Bytecode is compiled, as set-up leaves it. DVC's
cache is linked, not copied, as docs/large.md advises.
"""

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pc

from passage.base import files, paths
from passage.base.progress import bar
from tools.rebuild.clone import own_variables
from tools.studies import clones
from tools.studies.markdown import head, line
from tools.studies.variations import threads

ROUNDS = 3
AT_ONCE = 500_000  # rows that are drawn together
TARGET = "y"
TABLE = paths.RAW / "large.csv"
STAGES = ("check", "split", "normalize", "train", "associate", "predict", "evaluate", "report")
AIMS = {"first build": 1.6, "changed C": 1.0, "nothing changed": 0.15}  # of the plain script's time, 3,000,000 rows
MEMORY = 0.5  # of the plain script's peak, that of any stage

Measured = dict[str, list[tuple[float, float]]]


def make_table(path: Path, rows: int, features: int, levels: int = 0) -> None:
    """Write a CSV of `rows` drawn rows: `features` normal numbers of different spreads, and a target that follows.

    levels: of one category more, which tells nothing; none where 0.
    """
    chance = np.random.RandomState(0)
    names = [f"x{number}" for number in range(1, features + 1)]
    spreads, slopes = np.linspace(1, 10, features), np.linspace(-1, 1, features) / np.sqrt(features)
    category = [("level", pa.string())] if levels else []
    schema = pa.schema([*((name, pa.float64()) for name in names), *category, (TARGET, pa.int64())])
    with pc.CSVWriter(path, schema, write_options=pc.WriteOptions(quoting_header="none")) as writer:
        for start in bar("drawing rows", "parts", range(0, rows, AT_ONCE)):
            normal = chance.normal(size=(min(AT_ONCE, rows - start), features))
            outcome = chance.uniform(size=len(normal)) < 1 / (1 + np.exp(-normal @ slopes))
            level = [np.char.add("l", chance.randint(levels, size=len(normal)).astype(str))] if levels else []
            writer.write_table(pa.table([*(normal * spreads).T, *level, outcome.astype(int)], schema=schema))


def make_clone(folder: Path, table: Path, features: int, solver: str, levels: int = 0, repeats: int = 1) -> None:
    """Clone the commit at hand into `folder`, with one model of the table, which DVC keeps."""
    clones.clone(folder, "HEAD")
    names = [f"x{number}" for number in range(1, features + 1)]
    category = {"level": {"kind": "category", "unseen": "reference"}} if levels else {}
    clones.put(
        folder,
        TABLE.stem,
        target=TARGET,
        features=[*names, *category],
        columns=category,
        train={"solver": solver},
        evaluate={"repeats": repeats},
    )
    os.link(table, folder / TABLE)
    for command in (["config", "--local", "cache.type", "reflink,hardlink,copy"], ["add", "--quiet", str(TABLE)]):
        subprocess.run(["dvc", *command], cwd=folder, env=own_variables(folder), check=True, capture_output=True)
    clones.commit(folder, "large")


def run(command: list[str], folder: Path) -> tuple[float, float]:
    """Run a command in `folder`; return its wall time (s) and the peak memory (MB) of its largest process."""
    measuring = [sys.executable, str(Path(__file__).with_name("peak.py").resolve()), *command]
    variables = own_variables(folder) | threads(1)
    done = subprocess.run(measuring, cwd=folder, env=variables, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} failed in {folder}:\n{done.stderr}")
    wall, peak = json.loads(done.stdout)
    return wall, peak / 1e6


def measure(parent: Path, rows: int, features: int, solver: str) -> Measured:
    """Return wall time and peak memory of the plain script and of each build, one for each round."""
    table, found = parent / "large.csv", Measured()
    make_table(table, rows, features)
    for number in range(ROUNDS):
        folder = parent / f"clone-{number}"
        make_clone(folder, table, features, solver)
        plain = [sys.executable, str(Path(__file__).with_name("plain.py")), str(table), TARGET]
        for what in ("plain script", *AIMS):
            if what == "changed C":
                text = (folder / paths.PARAMS).read_text(encoding="utf-8")
                files.write_text(folder / paths.PARAMS, text.replace("C: 1.0", f"C: {0.5 + number / 10}"))
            wall, peak = run(["dvc", "repro"] if what in AIMS else plain, folder)
            found.setdefault(what, []).append((wall, peak))
            print(f"round {number + 1} of {ROUNDS}: {what}: {wall:.1f} s, {peak:,.0f} MB", flush=True)
        shutil.rmtree(folder)
    table.unlink()
    return found


def stages(parent: Path, rows: int, features: int, solver: str, levels: int) -> str:
    """Return as a row of a table what each stage takes in seconds of processor, each run once by itself."""
    folder, table, shown = parent / "clone", parent / "large.csv", []
    make_table(table, rows, features, levels)
    make_clone(folder, table, features, solver, levels, repeats=10)
    for stage in STAGES:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        run([sys.executable, "src", stage, *(["large"] if stage not in ("check", "report") else [])], folder)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        shown.append(f"{after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime:.1f}")
    shape = f"{rows:,} x {features:,}" + (f" and {levels:,} levels" if levels else "")
    return line(shape, *shown)


def lines(rows: int, features: int, found: Measured) -> list[str]:
    """Return the medians as rows of a table, with the ratios to the plain script (median over the rounds)."""
    plain = np.array(found["plain script"])  # (n_rounds, 2), like `measured`
    shown = []
    for what, measured in found.items():
        wall, peak = np.median(measured, axis=0)
        time_ratio, memory_ratio = np.median(measured / plain, axis=0)
        aim = f"{AIMS[what]}, {MEMORY}" if what in AIMS else ""
        measures = (f"{wall:.1f} s", f"{time_ratio:.2f}", f"{peak:,.0f} MB", f"{memory_ratio:.2f}")
        shown.append(line(f"{rows:,} x {features}", what, *measures, aim))
    return shown


def main() -> None:
    """Print the table for the commit at hand. ROWS: how many, several with commas; FEATURES and SOLVER: of all.

    STAGES=yes: what each stage takes instead, with `evaluate.repeats` as it is; LEVELS: of one category more.
    """
    sizes = [int(size) for size in (os.environ.get("ROWS") or "3000000").replace("_", "").split(",")]
    features, solver = int(os.environ.get("FEATURES") or 10), os.environ.get("SOLVER") or "newton-cholesky"
    if os.environ.get("STAGES"):
        print(head("rows x numbers", *STAGES))
        for size in sizes:
            with tempfile.TemporaryDirectory(prefix="exam-passage-bench-") as parent:
                print(stages(Path(parent), size, features, solver, int(os.environ.get("LEVELS") or 0)), flush=True)
        return
    table = [head("table", "", "wall time", "/ plain", "peak memory of a process", "/ plain", "aims")]
    for size in sizes:
        with tempfile.TemporaryDirectory(prefix="exam-passage-bench-") as parent:
            table += lines(size, features, measure(Path(parent), size, features, solver))
    print("\n".join(table))
