"""Run one stage of dvc.yaml, or a tool: python src STAGE [NAME].

Running the folder puts this copy's own code first on the path, also in DVC's temporary copies.
"""

import contextlib
import errno
import importlib
import os
import sys

STAGES = {
    "check": "",
    "split": "MODEL",
    "normalize": "MODEL",
    "train": "MODEL",
    "associate": "MODEL",
    "predict": "MODEL",
    "evaluate": "MODEL",
    "score": "BATCH",
    "report": "",
    "track": "",
}
TOOLS = {
    "adopt": "TABLE TARGET [NAME [POSITIVE]]",
    "schema": "",
    "experiments": "",
    "compare": "[A [B [--markdown]]]",
    "sweep": "MODEL KEY=VALUES",
    "ui": "PORT",
    "serve": "MODEL PORT",
    "mend": "",
    "audit": "[--repair]",
    "verify": "RUN [--env]",
    "history": "",
}
STUDIES = {
    "bench": "",
    "bench_large": "",
    "bench_serve": "",
    "reproduce": "",
    "solvers": "[fits]",
    "coverage": "",
}
COMMANDS = {**STAGES, **TOOLS, **STUDIES}
FOLDERS = {"stages": STAGES, "tools": TOOLS, "tools.studies": STUDIES}
USAGE_ERROR = 2
METRICS = {"evaluate": "metrics/{}.json", "score": "metrics/score/{}.json"}  # outputs that Git keeps, not DVC
NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)  # a disk that is full, or may not be written to


def use_project_python() -> None:
    """Go on in the project's .venv where it is another Python than this one.

    `.venv/bin/dvc repro` without an activated environment finds the system's python3 on the path. Any Python 3 gets
    this far; where there is no .venv, a Python that is too old ends here.
    """
    venv = os.path.join(os.environ.get("DVC_ROOT", "."), ".venv")
    python = os.path.join(venv, "bin", "python")
    if os.path.realpath(sys.prefix) != os.path.realpath(venv) and os.access(python, os.X_OK):
        os.execv(python, [python, *sys.argv])
    if sys.version_info < (3, 11):  # noqa: UP036 (any Python may be python3)
        print(
            "Python {}.{} is too old; `make setup` makes .venv with 3.11 to 3.13".format(*sys.version_info),
            file=sys.stderr,
        )
        sys.exit(USAGE_ERROR)


def main(arguments: "list[str]") -> int:
    """Run the stage or tool that `arguments` names; return the exit code, 2 for what the user can put right."""
    name, *rest = arguments or [""]
    wanted = COMMANDS.get(name)
    if wanted is None or not len(wanted.partition("[")[0].split()) <= len(rest) <= len(wanted.split()):
        for command, takes in COMMANDS.items():
            print(f"usage: python src {command} {takes}".rstrip(), file=sys.stderr)
        return USAGE_ERROR
    # Two threads that wait for each other at narrow products take longer than one, ten times as long where another
    # process is at work, as in a queue of experiments.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    return in_dvc(arguments) if "DVC_STAGE" in os.environ else run(arguments)


def in_dvc(arguments: "list[str]") -> int:
    """Run a stage where its packages are imported already, or else here; it ends when the DVC that started it does."""
    from passage.base import forkserver, parent

    dvc = parent.dvc()
    connection = forkserver.connect(dvc)
    if connection is None:
        forkserver.leave_behind(dvc, run)
    parent.end_with_dvc()
    code = forkserver.run(connection, arguments) if connection else None
    return run(arguments) if code is None else code


def run(arguments: "list[str]") -> int:
    """Run a stage or tool; return the exit code."""
    from passage.base import environment, terminal
    from passage.base.errors import Mistake

    name, *rest = arguments
    differing = environment.differing()
    if differing:
        print(environment.warning(differing), file=sys.stderr)
    try:
        folder = next(folder for folder, names in FOLDERS.items() if name in names)
        with contextlib.redirect_stdout(terminal.Terminal(sys.stdout)):
            code = importlib.import_module(f"{folder}.{name}").main(*rest)
    except Mistake as mistake:
        print(mistake, file=sys.stderr)
        if "DVC_STAGE" in os.environ:
            print(mistake.remedy, file=sys.stderr)
            metrics = METRICS.get(name, "").format(*rest)
            if metrics and not os.path.exists(metrics):  # DVC took them away, and its cache does not hold them
                print(f"`git checkout {metrics}` brings back what Git keeps.", file=sys.stderr)
        return USAGE_ERROR
    except OSError as error:
        if error.errno not in NO_ROOM:
            raise
        full = f"{error.filename or os.getcwd()}: {error.strerror}. Make room and call again: nothing is lost"
        print(terminal.line(full), file=sys.stderr)
        return USAGE_ERROR
    except ModuleNotFoundError as error:
        if not differing:
            raise
        print(f"{sys.executable} has no {error.name}: `make setup` makes .venv, which has", file=sys.stderr)
        return USAGE_ERROR
    return int(code or 0)


if __name__ == "__main__":
    os.chdir(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    use_project_python()
    sys.exit(main(sys.argv[1:]))
