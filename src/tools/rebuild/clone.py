"""Builds in a folder of its own what a run was built from: its commit, its uncommitted changes, its parameters."""

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import NamedTuple

from passage.base import environment, files, lock, paths
from passage.base.errors import Mistake
from passage.tracking import git

# Variables of the user's that a build must not see: Python's could bring other packages, or compile the code each time.
USERS = ("DASK_", "DVC_", "GIT_", "MLFLOW_", "PYTHON")
REMOTE = "cache-of-the-repository"  # DVC would add to the keys of a remote which has that name already
LAST_STAGE = "track"  # which writes to the clone's own store

DVCS_OWN = (".dvc", ".dvc/config.local", ".dvc/tmp", ".dvc/cache")  # where DVC writes in a clone


class Source(NamedTuple):
    """What a run was built from.

    changes: a patch against the commit. params: the bytes of params.yaml. left_out: files that were too large for the
    patch. All models that were built from the same have the same source; `require_table` knows whose raw table it is.
    """

    commit: str
    changes: bytes
    params: bytes
    left_out: tuple[str, ...]


def prepare(source: Source, folder: Path, repository: Path, own_environment: bool) -> dict[str, str]:
    """Clone `repository` at the source's state into `folder`, and return the environment to build it in.

    own_environment: install the packages of the lock file that lies there. Raises Mistake for what cannot be had again:
    the commit, the packages, the tables that DVC keeps.
    """
    variables = own_variables(folder)
    _clone(source, folder, repository, variables)
    if own_environment:
        _run(["make", "setup"], folder, dict(os.environ))
        variables["PATH"] = os.pathsep.join([str(folder / ".venv/bin"), variables["PATH"]])
    else:
        lock_file = (folder / paths.REQUIREMENTS).read_text(encoding="utf-8")
        if differing := environment.differences(lock_file, environment.installed(sysconfig.get_path("purelib"))):
            raise Mistake(
                f"its {paths.REQUIREMENTS} has other packages than this Python: {', '.join(differing)}; to build them, "
                "too, add ENV=own (or --env)"
            )
    own_cache(folder, variables)
    _bring_data(source, folder, repository, variables)
    return variables


def require_table(folder: Path, path: str, md5: str) -> None:
    """Raise Mistake where the raw table at `path` in the prepared `folder` is missing or another one."""
    table = folder / path
    if not table.exists():
        raise Mistake(f"its table {path} is neither in Git nor in DVC's cache")
    if (found := files.file_hash("md5", table)) != md5:
        raise Mistake(f"its table {path} had the MD5 {md5}; the one that is there has {found}")


def build(folder: Path, variables: dict[str, str]) -> None:
    """Build all but `track` in the prepared `folder`, without any cache. Raises Mistake where that fails."""
    stages = files.read_yaml(folder / paths.PIPELINE)["stages"]
    _run(["dvc", "repro", "--force", *(name for name in stages if name != LAST_STAGE)], folder, variables)


def record(folder: Path, variables: dict[str, str]) -> None:
    """Track what was built in `folder`, in a store of its own (mlflow.db there). Raises Mistake where that fails."""
    _run(["dvc", "repro", "--single-item", "--force", LAST_STAGE], folder, variables)


def record_again(folder: Path, variables: dict[str, str]) -> None:
    """Track the same with the code at hand, as `make history` does. Raises Mistake where that cannot read it."""
    (folder / "mlflow.db").unlink(missing_ok=True)
    code = {"PYTHONPATH": str(Path(__file__).parents[2])}
    _run([sys.executable, "-c", "from tools.history import record; record()"], folder, variables | code)


def own_variables(folder: Path) -> dict[str, str]:
    """Return the environment of a build in `folder`: this Python's programs first, and none of the user's variables."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(USERS)}
    path = os.pathsep.join([str(Path(sys.executable).parent), kept.get("PATH", "")])
    return kept | {"PATH": path, "DVC_SITE_CACHE_DIR": str(folder.resolve() / ".dvc/tmp/site_cache")}


def own_cache(folder: Path, variables: dict[str, str]) -> None:
    """Give the clone in `folder` a cache of its own, whatever DVC's settings say: another may hold what it is to build.

    A repository, a user or a machine can have cache.dir set, from which DVC would take results, and whose damage.
    """
    _run(["dvc", "cache", "dir", "--local", ".dvc/cache"], folder, variables)


def _clone(source: Source, folder: Path, repository: Path, variables: dict[str, str]) -> None:
    try:
        git.run("cat-file", "-e", f"{source.commit}^{{commit}}", folder=repository)
    except subprocess.CalledProcessError:
        raise Mistake(f"its commit {source.commit} is not in this repository; has it been fetched?") from None
    # The objects are shared, so that commits which no branch has any more come along.
    _run(["git", "clone", "--quiet", "--shared", "--no-checkout", str(repository), str(folder)], None, variables)
    _run(["git", "checkout", "--quiet", "--detach", source.commit], folder, variables)
    if source.changes:
        patch = folder / ".git" / "changes.patch"
        files.write_bytes(patch, source.changes)
        _run(["git", "apply", "--whitespace=nowarn", str(patch)], folder, variables)
    if links := [name for name in DVCS_OWN if (folder / name).is_symlink()]:
        raise Mistake(f"its {links[0]} is a link: DVC would write where it leads")
    files.write_bytes(folder / paths.PARAMS, source.params)


def _bring_data(source: Source, folder: Path, repository: Path, variables: dict[str, str]) -> None:
    for path in source.left_out:
        if not (lock.below(path, repository) and lock.below(path, folder)):
            raise Mistake(f"its tag git.left_out names {path!r}, which is no file of this project")
        if (repository / path).is_file():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)  # which Git has only where it has a file in it
            (folder / path).unlink(missing_ok=True)  # which may be a link to somewhere else
            shutil.copy2(repository / path, folder / path)
    # `check` wants the tables of all models, not of this one alone
    if records := sorted({str(table.record.relative_to(folder)) for table in lock.tables(folder)}):
        cache = _run(["dvc", "cache", "dir"], repository, os.environ | {"PATH": variables["PATH"]}).strip()
        _run(["dvc", "remote", "add", "--local", REMOTE, cache], folder, variables)
        _run(["dvc", "pull", "--remote", REMOTE, *records], folder, variables)


def _run(command: list[str], folder: Path | None, variables: dict[str, str]) -> str:
    """Return what a command prints. Raises Mistake, with its last words, where it fails."""
    done = subprocess.run(command, cwd=folder, env=variables, capture_output=True, text=True)
    if done.returncode:
        said = [line for line in done.stderr.splitlines() if line.strip()]
        raise Mistake([f"`{' '.join(command[:2])}` failed:", *(f"  {line}" for line in said[-8:])])
    return done.stdout
