"""Run an experiment for each value of one setting and show what came of them: make sweep MODEL= SET=."""

import re
import time

from pydantic import ValidationError

from passage import params
from passage.base import paths, terminal
from passage.base.errors import Mistake
from passage.base.progress import bar
from passage.params import Params, messages
from tools import experiments
from tools.dvc import dvc, start_workers

KEY = re.compile(r"\w+(\.\w+)*")
VALUES = re.compile(r"[\w.+-]+(,[\w.+-]+)*")
LAST = 3  # lines of a failed experiment's log that say why
PAUSE = 2.0  # seconds


def requested(model: str, setting: str) -> str:
    """Return what DVC is to set, as its -S has it.

    Raises Mistake for a model or key that is not there, for what is not KEY=VALUE,VALUE, and for values not allowed.
    """
    if model not in (models := params.load().models):
        raise Mistake(f"MODEL is {model!r}, but {paths.PARAMS} has {', '.join(models)}")
    key, _, values = setting.partition("=")
    if not KEY.fullmatch(key) or not VALUES.fullmatch(values):
        raise Mistake(f'SET is {setting!r}, but it must be a key of the model and its values: SET="train.C=0.03,0.3,3"')
    settings = params.read_yaml(paths.PARAMS.read_text(encoding="utf-8"))
    of, (*above, last) = settings["models"][model], key.split(".")
    for name in above:
        of = of.get(name) if isinstance(of, dict) else None
    if not isinstance(of, dict) or last not in of:
        raise Mistake(f"{paths.PARAMS} has no models.{model}.{key}")
    for value in values.split(","):
        of[last] = params.read_yaml(value)
        try:
            Params.model_validate(settings)
        except ValidationError as error:
            raise Mistake(messages.line(finding, Params) for finding in error.errors()) from None
    return f"models.{model}.{key}={values}"


def wait(names: list[str]) -> dict[str, str]:
    """Return the state of each experiment once all have ended. Workers that have quit are started again."""
    with bar("running", "experiment", total=len(names)) as shown:
        while True:
            rows = (line.split() for line in dvc("queue", "status").splitlines())
            found = {row[1]: row[-1] for row in rows if len(row) > 2 and row[1] in names}
            ended = [name for name in names if found.get(name) in ("Success", "Failed")]
            shown.update(len(ended) - shown.n)
            if len(ended) == len(names):
                return found
            if "Running" not in found.values():
                start_workers()
            time.sleep(PAUSE)


def why(name: str) -> str:
    """Return why an experiment failed: what its last stage said, without DVC's own lines."""
    log = [line for line in dvc("queue", "logs", name).splitlines() if line.strip()]
    starts = [number for number, line in enumerate(log) if line.startswith("> ")]
    said = [line for line in log[starts[-1] + 1 if starts else 0 :] if not line.startswith("ERROR:")] or log[-1:]
    return "\n".join([f"{name} failed:", *(terminal.wrapped(f"  {line}") for line in said[-LAST:])])


def main(model: str, setting: str) -> int:
    """Queue, run and wait; say why one failed, and show all in the table of experiments."""
    said = dvc("exp", "run", "--queue", "--set-param", requested(model, setting))
    names = re.findall(r"Queued experiment '([\w-]+)'", said)
    print(f"queued: {', '.join(names)}", flush=True)
    try:
        found = wait(names)
    except KeyboardInterrupt:
        print("they go on without you: `make experiments` shows what came of them, `dvc queue stop` ends them")
        return 1
    failed = [name for name in names if found[name] == "Failed"]
    for name in failed:
        print(why(name))
    experiments.main()
    return int(bool(failed))
