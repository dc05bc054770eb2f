"""What every stage stands on: code and packages, and whether this Python has those that requirements.lock names."""

import os
import re
import sys
import sysconfig
from pathlib import Path

from passage.base import files, paths


def ground() -> str:
    """Return the SHA-256 of each file that every stage stands on, and each package that is not the lock's.

    Where one of them changes, all stages run again.
    """
    every = [path for place in paths.GROUND for path in (sorted(place.rglob("*.py")) if place.is_dir() else [place])]
    hashed = [f"{files.file_hash('sha256', path)}  {path.as_posix()}\n" for path in every]
    return "".join([*hashed, *(f"{difference}\n" for difference in differing())])


def differing() -> list[str]:
    """Return the packages of requirements.lock that this Python has at another version or not at all."""
    first = os.environ.get("PYTHONPATH")
    folders = [sysconfig.get_path("purelib"), *(reversed(first.split(os.pathsep)) if first else ())]
    versions = {name: version for folder in folders for name, version in installed(folder).items()}
    return differences(paths.REQUIREMENTS.read_text(encoding="utf-8"), versions)


def differences(lock: str, versions: dict[str, str]) -> list[str]:
    """Return one word or phrase for each package of `lock` whose version is not the one in `versions`.

    A package that the lock wants on some systems only may be absent.
    """
    found = []
    for name, wanted, marker in re.findall(r"^([a-z0-9-]+)==([^ ;\\]+)( ;)?", lock, re.MULTILINE):
        version = versions.get(name)
        if version is None and not marker:
            found.append(f"{name} is missing")
        elif version not in (None, wanted):
            found.append(f"{name} {version} (lock: {wanted})")
    return found


def installed(folder: str) -> dict[str, str]:
    """Return the version of each package in a site-packages folder, by normalized name.

    Read from the folders' names (NAME-VERSION.dist-info, PEP 376): importlib.metadata opens a file for each package,
    which every run of every stage would wait for.
    """
    named = (entry.stem.partition("-") for entry in Path(folder).glob("*.dist-info"))
    return {re.sub(r"[-_.]+", "-", name).lower(): version for name, _, version in named}


def warning(differences: list[str]) -> str:
    """Return one line that names some of the differences and the remedy."""
    some = ", ".join(differences[:3]) + (f" and {len(differences) - 3} more" if len(differences) > 3 else "")
    advice = "unset PYTHONPATH, or see `make setup`" if os.environ.get("PYTHONPATH") else "see `make setup`"
    return f"warning: the packages of {sys.executable} are not those of {paths.REQUIREMENTS}: {some}; {advice}"
