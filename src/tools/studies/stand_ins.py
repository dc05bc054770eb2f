"""Pipelines whose commands only copy: what they take is DVC's own time."""

import shutil
from pathlib import Path
from typing import Any

import yaml

from passage.base import files, paths

# As people write a pipeline of two models: eleven stages, a few deps each, a handful of parameters.
LEAN_PARAMS = {
    "models": {
        name: {"split": {"test_size": 0.25, "seed": 27}, "train": {"C": 1.0, "max_iter": 1000}, "threshold": 0.5}
        for name in ("model", "model_2")
    }
}
LEAN: dict[str, dict[str, Any]] = {
    "split": {
        "deps": ["data/raw/${key}.csv", "src/split.py"],
        "params": ["models.${key}.split"],
        "outs": ["data/split/${key}/train.csv", "data/split/${key}/test.csv"],
    },
    "normalize": {
        "deps": ["data/split/${key}/train.csv", "data/split/${key}/test.csv", "src/normalize.py"],
        "outs": ["data/normalized/${key}/train.csv", "data/normalized/${key}/test.csv"],
    },
    "train": {
        "deps": ["data/normalized/${key}/train.csv", "src/train.py"],
        "params": ["models.${key}.train"],
        "outs": ["models/${key}.json"],
    },
    "predict": {
        "deps": ["data/normalized/${key}/test.csv", "models/${key}.json", "src/predict.py"],
        "params": ["models.${key}.threshold"],
        "outs": ["predictions/${key}.csv"],
    },
    "evaluate": {
        "deps": ["predictions/${key}.csv", "src/evaluate.py"],
        "metrics": [{"metrics/${key}.json": {"cache": False}}],
    },
}
REPORT = {"deps": ["metrics", "models", "src/report.py"], "outs": ["report.html"]}


def only_copy(stages: dict[str, Any], folder: Path) -> None:
    """Replace each stage's command by a script in `folder` that copies params.yaml to its outputs, each with its name.

    So a changed parameter changes what each stage that runs hands on, as in the pipeline; only `check` always hands on
    the same. A script, since dvc.lock holds commands: longer ones would take DVC longer.
    """
    for name, stage in stages.items():
        body, source = stage.get("do", stage), "/dev/null" if name == "check" else paths.PARAMS
        listed = [*body.get("outs", []), *body.get("metrics", []), *body.get("plots", [])]
        outputs = [str(next(iter(out)) if isinstance(out, dict) else out).replace("${key}", "$1") for out in listed]
        lines = [f"mkdir -p {Path(out).parent} && cp {source} {out} && echo {name} {out} >> {out}" for out in outputs]
        files.write_text(folder / f"{name}.sh", "set -e\n" + "\n".join(lines) + "\n")
        body["cmd"] = f"sh {name}.sh" + (" ${key}" if "foreach" in stage else "")


def replace_commands(folder: Path) -> None:
    """Let the stages of the clone in `folder` only copy."""
    pipeline = files.read_yaml(folder / paths.PIPELINE)
    only_copy(pipeline["stages"], folder)
    files.write_text(folder / paths.PIPELINE, yaml.safe_dump(pipeline, sort_keys=False))


def write_lean(folder: Path) -> None:
    """Write the lean pipeline into `folder`, an empty DVC repository, with the project's own settings of DVC."""
    stages = {name: {"foreach": "${models}", "do": dict(body)} for name, body in LEAN.items()} | {
        "report": dict(REPORT)
    }
    only_copy(stages, folder)
    files.write_text(folder / paths.PIPELINE, yaml.safe_dump({"stages": stages}, sort_keys=False))
    files.write_text(folder / paths.PARAMS, yaml.safe_dump(LEAN_PARAMS))
    for path in (*(f"src/{name}.py" for name in stages), *(f"data/raw/{name}.csv" for name in LEAN_PARAMS["models"])):
        files.write_text(folder / path, path)
    shutil.copy(".dvc/config", folder / ".dvc/config")
