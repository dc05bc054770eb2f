"""What Git says of the code and parameters that a result was built from."""

import subprocess

from passage import paths

# Built by the pipeline itself: that they differ from the commit does not mean that their inputs do.
BUILT = (str(paths.PIPELINE_LOCK), "metrics")


def tags() -> dict[str, str]:
    """Return git.commit and git.dirty ("true" where inputs or code differ from the commit); nothing outside Git."""
    try:
        commit = _git("rev-parse", "HEAD")
        changes = _git("status", "--porcelain", "--", ".", *(f":(exclude){path}" for path in BUILT))
    except (OSError, subprocess.CalledProcessError):
        return {}
    return {"git.commit": commit, "git.dirty": "true" if changes else "false"}


def _git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], capture_output=True, check=True, text=True).stdout.strip()
