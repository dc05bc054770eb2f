"""Time the pipeline against two others with the same stages: one whose commands only copy, one whose only import.

What DVC itself costs is in the first, what Python's imports cost in the second; ratios to them hold on any machine.
The three take turns, so that a machine that slows down slows them all. Bytecode is compiled, as set-up leaves it.
"""

import os
import statistics
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from passage.base import paths

ROUNDS = 3
IMPORTS = "python3 -c 'import pandas; from sklearn.linear_model import LogisticRegression'"
KINDS = ("pipeline", "imports", "cp")
ACTIONS = {
    "full rebuild (dvc repro -f)": ["repro", "-f"],
    "nothing changed (dvc repro)": ["repro"],
    "one parameter (dvc exp run)": ["exp", "run", "-S", "models.model_2.train.C={C}"],
}
# What each action is held to: the ratio's denominator and its greatest value.
AIMS = dict(zip(ACTIONS, (("imports", 1.3), ("cp", 1.1), ("imports", 1.6)), strict=True))


def stand_in(stages: dict[str, Any], first: str) -> None:
    """Replace each stage's command by `first` and copies of params.yaml for outputs, no two with the same content.

    So a changed parameter changes what each stage that runs hands on, as in the pipeline; only `check` always hands on
    the same.
    """
    for name, stage in stages.items():
        body = stage.get("do", stage)
        outputs = [next(iter(out)) if isinstance(out, dict) else out for out in _outputs(body)]
        key = "${key}" if "foreach" in stage else ""
        source = "/dev/null" if name == "check" else paths.PARAMS
        copies = [
            f"mkdir -p {Path(out).parent} && cp {source} {out} && echo {name} {key} {out} >> {out}" for out in outputs
        ]
        body["cmd"] = " && ".join([*([first] if first else []), *copies])


def _outputs(stage: dict[str, Any]) -> list[Any]:
    return [*stage.get("outs", []), *stage.get("metrics", []), *stage.get("plots", [])]


def make_copy(folder: Path, kind: str) -> None:
    """Clone the commit at hand into `folder`, with its commands replaced unless it is the pipeline itself."""
    subprocess.run(["git", "clone", "--quiet", ".", str(folder)], check=True)
    yaml = YAML(typ="safe")
    yaml.default_flow_style = False
    if kind != "pipeline":
        pipeline = yaml.load(folder / paths.PIPELINE)
        stand_in(pipeline["stages"], IMPORTS if kind == "imports" else "")
        yaml.dump(pipeline, folder / paths.PIPELINE)
    for key, value in {"user.name": "bench", "user.email": "bench@localhost"}.items():
        subprocess.run(["git", "-C", str(folder), "config", key, value], check=True)
    run_dvc(folder, ["repro"])  # with a store and a cache
    subprocess.run(["git", "-C", str(folder), "commit", "--quiet", "--all", "--allow-empty", "-m", kind], check=True)


def run_dvc(folder: Path, arguments: list[str]) -> float:
    """Run dvc in `folder` and return the wall time in seconds."""
    environment = os.environ | {"DVC_SITE_CACHE_DIR": str(folder / ".dvc/tmp/site_cache")}
    environment.pop("MLFLOW_TRACKING_URI", None)
    started = time.perf_counter()
    done = subprocess.run(["dvc", *arguments], cwd=folder, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"dvc {' '.join(arguments)} failed in {folder}:\n{done.stdout}{done.stderr}")
    return time.perf_counter() - started


def measure(folders: dict[str, Path]) -> dict[str, dict[str, list[float]]]:
    """Return the wall times (s) of each action in each copy, one for each round."""
    times: dict[str, dict[str, list[float]]] = {action: {kind: [] for kind in folders} for action in ACTIONS}
    for number in range(ROUNDS):
        for action, arguments in ACTIONS.items():
            given = [argument.format(C=0.5 + number / 10) for argument in arguments]
            for kind, folder in folders.items():
                times[action][kind].append(run_dvc(folder, given))
                subprocess.run(["git", "-C", str(folder), "checkout", "--quiet", "."], check=True)
                print(f"round {number + 1} of {ROUNDS}: {action}, {kind}: {times[action][kind][-1]:.1f} s", flush=True)
            if "exp" in arguments:
                for folder in folders.values():
                    run_dvc(folder, ["repro"])  # back to the committed parameters
    return times


def table(times: dict[str, dict[str, list[float]]]) -> str:
    """Return the medians (s) as a table, with the ratios to the stand-ins (median over the rounds) and the aims."""
    lines = [
        "| median of wall times | pipeline | imports only | cp only | / imports | / cp | aim |",
        "|---|---|---|---|---|---|---|",
    ]
    for action, by_kind in times.items():
        seconds = [f"{statistics.median(by_kind[kind]):.1f} s" for kind in KINDS]
        ratios = {kind: statistics.median(map(_ratio, by_kind["pipeline"], by_kind[kind])) for kind in KINDS[1:]}
        against, most = AIMS[action]
        cells = [action, *seconds, *(f"{ratio:.2f}" for ratio in ratios.values()), f"{most} x {against}"]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _ratio(numerator: float, denominator: float) -> float:
    return numerator / denominator


def main() -> None:
    """Print the table for the commit at hand."""
    with tempfile.TemporaryDirectory(prefix="exam-passage-bench-") as parent:
        folders = {kind: Path(parent, kind) for kind in KINDS}
        for kind, folder in folders.items():
            make_copy(folder, kind)
        print(table(measure(folders)))
