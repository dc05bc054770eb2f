"""Time the pipeline on a large table against one plain script that does the same, and compare their peak memory.

The two take turns, with one BLAS thread each, so that a machine that slows down slows both. Each round builds a
fresh clone, then the same with another C, then with nothing changed. Bytecode is compiled, as set-up leaves it. DVC's
cache is linked, not copied, as docs/large.md advises.
"""

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pc
from ruamel.yaml import YAML

from passage.base import files, paths
from passage.base.progress import bar

ROUNDS = 3
AT_ONCE = 500_000  # rows that are drawn together
TARGET = "y"
TABLE = paths.RAW / "large.csv"
STAGES = ("check", "split", "normalize", "train", "associate", "predict", "evaluate", "report")
AIMS = {"first build": 1.6, "changed C": 1.0, "nothing changed": 0.15}  # of the plain script's time, 3,000,000 rows
MEMORY = 0.5  # of the plain script's peak, that of any stage
THREADS = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"), "1")

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
    subprocess.run(["git", "clone", "--quiet", ".", str(folder)], check=True)
    yaml = YAML()
    settings = yaml.load(folder / paths.PARAMS)
    lane = dict(settings["models"]["model"])
    del lane["words"]
    names = [f"x{number}" for number in range(1, features + 1)]
    if levels:
        names, lane["columns"] = [*names, "level"], {"level": {"kind": "category", "unseen": "reference"}}
    lane |= {"data": TABLE.as_posix(), "target": TARGET, "features": names}
    lane["train"] = dict(lane["train"]) | {"solver": solver}
    lane["evaluate"] = dict(lane["evaluate"]) | {"repeats": repeats}
    settings["models"], settings["score"] = {"large": lane}, {}
    yaml.dump(settings, folder / paths.PARAMS)
    os.link(table, folder / TABLE)
    for command in (
        ["dvc", "config", "--local", "cache.type", "reflink,hardlink,copy"],
        ["dvc", "add", "--quiet", str(TABLE)],
        ["git", "add", "--all"],
        ["git", "-c", "user.name=bench", "-c", "user.email=bench@localhost", "commit", "--quiet", "-m", "large"],
    ):
        subprocess.run(command, cwd=folder, env=_environment(folder), check=True, capture_output=True)


def _environment(folder: Path) -> dict[str, str]:
    ours = {key: value for key, value in os.environ.items() if key != "MLFLOW_TRACKING_URI"}
    return ours | THREADS | {"DVC_SITE_CACHE_DIR": str(folder / ".dvc/tmp/site_cache")}


def run(command: list[str], folder: Path) -> tuple[float, float]:
    """Run a command in `folder`; return its wall time (s) and the peak memory (MB) of its largest process."""
    measuring = [sys.executable, str(Path(__file__).with_name("peak.py").resolve()), *command]
    done = subprocess.run(measuring, cwd=folder, env=_environment(folder), capture_output=True, text=True)
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
        build = ["dvc", "repro"]
        _keep(found, "plain script", run(plain, folder), number)
        _keep(found, "first build", run(build, folder), number)
        text = (folder / paths.PARAMS).read_text(encoding="utf-8")
        files.write_text(folder / paths.PARAMS, text.replace("C: 1.0", f"C: {0.5 + number / 10}"))
        _keep(found, "changed C", run(build, folder), number)
        _keep(found, "nothing changed", run(build, folder), number)
        subprocess.run(["rm", "-rf", str(folder)], check=True)
    table.unlink()
    return found


def _keep(found: Measured, what: str, measured: tuple[float, float], number: int) -> None:
    found.setdefault(what, []).append(measured)
    print(f"round {number + 1} of {ROUNDS}: {what}: {measured[0]:.1f} s, {measured[1]:,.0f} MB", flush=True)


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
    return f"| {' | '.join([shape, *shown])} |"


def lines(rows: int, features: int, found: Measured) -> list[str]:
    """Return the medians as rows of a table, with the ratios to the plain script (median over the rounds)."""
    plain = found["plain script"]
    shown = []
    for what, measured in found.items():
        time_ratio, memory_ratio = (
            statistics.median(one[part] / other[part] for one, other in zip(measured, plain, strict=True))
            for part in (0, 1)
        )
        wall, peak = (statistics.median(one[part] for one in measured) for part in (0, 1))
        aim = f"{AIMS[what]}, {MEMORY}" if what in AIMS else ""
        cells: list[Any] = [f"{rows:,} x {features}", what, f"{wall:.1f} s", f"{time_ratio:.2f}"]
        shown.append(f"| {' | '.join([*cells, f'{peak:,.0f} MB', f'{memory_ratio:.2f}', aim])} |")
    return shown


def main() -> None:
    """Print the table for the commit at hand. ROWS: how many, several with commas; FEATURES and SOLVER: of all.

    STAGES=yes: what each stage takes instead, with `evaluate.repeats` as it is; LEVELS: of one category more.
    """
    sizes = [int(size) for size in (os.environ.get("ROWS") or "3000000").replace("_", "").split(",")]
    features, solver = int(os.environ.get("FEATURES") or 10), os.environ.get("SOLVER") or "newton-cholesky"
    if os.environ.get("STAGES"):
        print(f"| rows x numbers | {' | '.join(STAGES)} |\n|{'---|' * (1 + len(STAGES))}")
        for size in sizes:
            with tempfile.TemporaryDirectory(prefix="exam-passage-bench-") as parent:
                print(stages(Path(parent), size, features, solver, int(os.environ.get("LEVELS") or 0)), flush=True)
        return
    table = [
        "| table | | wall time | / plain | peak memory of a process | / plain | aims |",
        "|---|---|---|---|---|---|---|",
    ]
    for size in sizes:
        with tempfile.TemporaryDirectory(prefix="exam-passage-bench-") as parent:
            table += lines(size, features, measure(Path(parent), size, features, solver))
    print("\n".join(table))
