"""What Git says of the code, the parameters and the tables that a result was built from."""

import errno
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from passage.base import paths, terminal
from passage.base.errors import Mistake

# Built by the pipeline itself, and again by who builds it again: no part of what it was built from.
BUILT = (str(paths.PIPELINE_LOCK), str(paths.METRICS))

# Where an untracked file is taken for a part of the project. Others are notes, or secrets, and nobody's business.
INPUTS = ("src", "data", ".dvc", "*.dvc", str(paths.PIPELINE), str(paths.PARAMS), str(paths.REQUIREMENTS), ".dvcignore")

LARGEST = 20_000_000  # bytes of an untracked file that a patch takes in

# A patch must not depend on how its user likes to look at patches.
PLAIN = ("-c", "diff.noprefix=false", "-c", "diff.mnemonicPrefix=false", "-c", "core.quotePath=true")
PATCH = ("--cached", "--binary", "--full-index", "--no-ext-diff", "--no-textconv", "--no-color")


@dataclass(frozen=True)
class Origin:
    """What a working tree is, seen from its commit.

    dirty: inputs or code differ from the commit. patch: all that differs, BUILT apart, for `git apply`. left_out:
    untracked files that are too large for it.
    """

    commit: str
    dirty: bool
    patch: bytes
    left_out: list[str]

    @property
    def tags(self) -> dict[str, str]:
        """Return git.commit, git.dirty and, where something is left out of the patch, git.left_out."""
        left_out = {"git.left_out": json.dumps(self.left_out)} if self.left_out else {}
        return {"git.commit": self.commit, "git.dirty": "true" if self.dirty else "false"} | left_out


def origin(tables: Iterable[str] = ()) -> Origin | None:
    """Return what differs from HEAD, staged or not, with the untracked files that the pipeline reads; None outside Git.

    tables: files that it reads, wherever they lie. What Git ignores is never in it.
    """
    try:
        commit = text("rev-parse", "HEAD")
        if not text("status", "--porcelain", "--untracked-files=normal"):
            return Origin(commit, dirty=False, patch=b"", left_out=[])
        with _scratch_index() as variables:
            listed = run("ls-files", "--others", "--exclude-standard", "-z", "--", *INPUTS, *tables).split(b"\0")
            untracked = [os.fsdecode(path) for path in listed if path]
            left_out = [path for path in untracked if Path(path).lstat().st_size > LARGEST]
            run("add", "--update", variables=variables)
            run("add", "--", *(path for path in untracked if path not in left_out), variables=variables)
            excluded = [f":(exclude){path}" for path in BUILT]
            patch = run(*PLAIN, "diff", *PATCH, "HEAD", "--", ".", *excluded, variables=variables)
    except (OSError, subprocess.CalledProcessError) as error:
        if os.strerror(errno.ENOSPC) in f"{error} {os.fsdecode(getattr(error, 'stderr', None) or b'')}":
            raise Mistake(f"{tempfile.gettempdir()} or Git's folder is full: make room, or set TMPDIR=FOLDER") from None
        if Path(".git").exists():
            said = os.fsdecode(getattr(error, "stderr", None) or str(error)).strip().splitlines()
            why = terminal.line(f"warning: Git cannot say which commit this is: {said[-1] if said else error}")
            print(why, file=sys.stderr)
        return None
    return Origin(commit, bool(patch or left_out), patch, left_out)


@contextmanager
def _scratch_index() -> Iterator[dict[str, str]]:
    """Yield the variables with which Git adds to a copy of its index, and keeps what is added in a scratch folder."""
    with tempfile.TemporaryDirectory(prefix="exam-passage-index-") as folder:
        index = Path(text("rev-parse", "--git-path", "index"))
        if index.exists():
            shutil.copy(index, Path(folder, "index"))
        Path(folder, "objects").mkdir()
        objects = Path(text("rev-parse", "--git-path", "objects")).resolve()
        yield {
            "GIT_INDEX_FILE": f"{folder}/index",
            "GIT_OBJECT_DIRECTORY": f"{folder}/objects",
            # Git reads a quoted name here as it writes one in C: a folder's name may hold a colon
            "GIT_ALTERNATE_OBJECT_DIRECTORIES": '"' + str(objects).replace("\\", "\\\\").replace('"', '\\"') + '"',
        }


def run(*arguments: str, variables: Mapping[str, str] | None = None, folder: Path | None = None) -> bytes:
    """Return what a Git command prints. Raises CalledProcessError where it fails.

    In `folder`, Git's own variables do not count: those of a hook name the repository that it belongs to.
    """
    ours = {key: value for key, value in os.environ.items() if folder is None or not key.startswith("GIT_")}
    done = subprocess.run(
        ["git", *arguments], capture_output=True, check=True, cwd=folder, env=ours | dict(variables or {})
    )
    return done.stdout


def text(*arguments: str, folder: Path | None = None) -> str:
    """Return what a Git command prints, without white space around it."""
    return os.fsdecode(run(*arguments, folder=folder)).strip()
