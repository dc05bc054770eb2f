"""The files of a table: itself, or those of a folder, which are one table in the order of their names."""

import json
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from pathlib import Path

from passage.base.errors import Mistake

KINDS = (".csv", ".parquet")


def files(path: Path) -> list[Path]:
    """Return the files of the table at `path`. Raises Mistake where they are not all CSV, or all Parquet."""
    if not path.is_dir():
        return [path]
    found = list(listed(path))
    for one in found:
        if one.suffix not in KINDS:
            raise Mistake(f"{one}: the files of a folder that is a table must end in {' or '.join(KINDS)}")
        if one.suffix != found[0].suffix:
            raise Mistake(other_kind(one, found[0]))
    return found


def listed(folder: Path) -> Iterator[Path]:
    """Yield the files in a folder but those that Spark and others leave beside a table (_SUCCESS, .crc), and DVC's."""
    found = [one for one in sorted(folder.iterdir()) if not one.name.startswith((".", "_")) and one.suffix != ".dvc"]
    if not found:
        raise Mistake(f"{folder}: there is no file in this folder; a table has at least one")
    for one in found:
        if one.is_dir():
            raise Mistake(f"{one}: this is a folder; one that is a table must hold files alone")
        yield one


def other_kind(file: Path, first: Path) -> str:
    """Return what is wrong with a file of a folder whose first one is CSV where it is Parquet, or the other way."""
    return f"{file}: this is not what {first} is; the files of a folder must be of one kind"


def is_parquet(path: Path) -> bool:
    """Return whether the table at `path` is Parquet, and not CSV."""
    return files(path)[0].suffix == ".parquet"


def size(path: Path) -> int:
    """Return how many bytes the files of a table have."""
    return sum(one.stat().st_size for one in files(path))


def other_names(file: Path, found: Sequence[str], first: Path, names: Sequence[str]) -> str:
    """Return where the columns that were `found` in a file of a folder are not the `names` of its `first` one."""
    pairs = enumerate(zip_longest(found, names), start=1)
    place, pair = next((place, pair) for place, pair in pairs if len(set(pair)) > 1)
    one, other = ("none" if name is None else json.dumps(name, ensure_ascii=False) for name in pair)
    return f"{file}: column {place} is {one}, but it must be {other}, as in {first}"
