"""Every file that a stage writes, written whole or not at all.

A file is written beside its target and then put in its place, so a killed process leaves what stood before; the name
NAME.partial is ignored by DVC and Git.
"""

import hashlib
import json
import math
import os
import re
import secrets
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from itertools import repeat
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import yaml

from passage.base import paths

if TYPE_CHECKING:  # stages without tables do not wait for pandas
    import pandas as pd


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a place to write to, and put what was written there in the place of `path` unless that failed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.partial")
    partial.unlink(missing_ok=True)  # which may be a link to somewhere else
    try:
        yield partial
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Write `text` as UTF-8 with Unix line ends."""
    with replacing(path) as partial:
        partial.write_text(text, encoding="utf-8", newline="\n")


def write_bytes(path: Path, content: bytes) -> None:
    """Write `content` as it is."""
    with replacing(path) as partial:
        partial.write_bytes(content)


def write_json(path: Path, content: Any) -> None:
    """Write `content` as indented JSON in its own order; infinity, which JSON lacks, becomes the word "inf".

    Raises ValueError for NaN: what is undefined is left out, not written.
    """
    text = json.dumps(_spelled(content), indent=2, ensure_ascii=False, allow_nan=False)
    write_text(path, text + "\n")


def _spelled(content: Any) -> Any:
    match content:
        case dict():
            return {key: _spelled(value) for key, value in content.items()}
        case list() | tuple():
            return [_spelled(value) for value in content]
        case float() if math.isinf(content):
            return "inf" if content > 0 else "-inf"
        case _:
            return content


def token(path: Path) -> str:
    """Return the random word that a file holds; who first asks for it makes the file, whole."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=path.parent) as fresh:
            fresh.write(secrets.token_hex(8))
            fresh.flush()
            with suppress(FileExistsError):  # another one was faster
                os.link(fresh.name, path)
    return path.read_text(encoding="utf-8")


class _Written(yaml.CSafeLoader):
    """Reads the plain values that DVC writes, which are YAML 1.2: 1e-08 is a number, yes a word."""

    yaml_implicit_resolvers = {}  # noqa: RUF012 (PyYAML's own, of YAML 1.1)


for _kind, _pattern, _first in (
    ("bool", r"true|false", "tf"),
    ("int", r"[-+]?(0|[1-9][0-9]*)", "-+0123456789"),
    ("float", r"[-+]?[0-9]+(\.[0-9]*)?([eE][-+]?[0-9]+)?|[-+]?\.(inf|nan)", "-+.0123456789"),
    ("null", r"null|~|", ["n", "~", ""]),
):
    _Written.add_implicit_resolver(f"tag:yaml.org,2002:{_kind}", re.compile(f"^(?:{_pattern})$"), list(_first))


def read_yaml(path: Path) -> Any:
    """Return the content of a YAML file of DVC's. params.yaml is read by `params`, as DVC reads it.

    Raises yaml.YAMLError where it is none.
    """
    return yaml.load(path.read_bytes(), _Written)  # noqa: S506 (a safe loader)


def read_json(path: Path) -> Any:
    """Return the content of a JSON file."""
    return json.loads(path.read_text(encoding="utf-8"))


def file_hash(algorithm: str, path: Path) -> str:
    """Return the hash of a file's bytes, in hexadecimal, or of what is in a folder."""
    if path.is_dir():
        held = {one.relative_to(path).as_posix(): file_hash(algorithm, one) for one in paths.within(path)}
        return folder_hash(held, algorithm)
    with path.open("rb") as content:
        return hashlib.file_digest(content, algorithm).hexdigest()


def folder_hash(held: Mapping[str, str], algorithm: str = "md5") -> str:
    """Return the hash, by default the MD5 that DVC gives it, of a folder that holds these files alone.

    That is the hash of the list of their hashes and names. held: hashes by the path in the folder.
    """
    listed = [{algorithm: one, "relpath": path} for path, one in sorted(held.items())]
    return hashlib.new(algorithm, json.dumps(listed).encode(), usedforsecurity=False).hexdigest() + ".dir"


class Hashes(NamedTuple):
    """The hashes of a file's or a folder's bytes, in hexadecimal."""

    md5: str
    sha256: str


def hashes(every: Iterable[Path]) -> dict[Path, Hashes]:
    """Return the hashes of each file; several are read at the same time, the largest first."""
    ordered = sorted(set(every), key=lambda path: path.stat().st_size, reverse=True)
    with ThreadPoolExecutor() as threads:
        md5, sha256 = (threads.map(file_hash, repeat(algorithm), ordered) for algorithm in Hashes._fields)
        return {path: Hashes(*both) for path, *both in zip(ordered, md5, sha256, strict=True)}


def write_csv(path: Path, table: "pd.DataFrame") -> None:
    """Write `table` without its index; numbers in the shortest form that reads back as the same number.

    Text is quoted where some of it has to be. With pyarrow, since pandas takes ten times as long.
    """
    write_csv_parts(path, lambda: iter([table]))


def write_csv_parts(path: Path, parts: "Callable[[], Iterator[pd.DataFrame]]") -> None:
    """Write a table of which `parts` yields some rows after the other, each time that it is called."""
    import pyarrow as pa

    with replacing(path) as partial:
        try:
            _write_csv(partial, parts(), quoting_style="none", quoting_header="none")
        except pa.ArrowInvalid:  # a name or a value holds a comma, a quote or a line end
            _write_csv(partial, parts())


def _write_csv(path: Path, parts: "Iterator[pd.DataFrame]", **quoting: Any) -> None:
    """Write both halves of each part at the same time, the second one in memory first."""
    import pyarrow as pa
    import pyarrow.csv as pc

    with path.open("wb") as file, ThreadPoolExecutor() as threads:
        for place, part in enumerate(parts):
            columns, below = pa.Table.from_pandas(part, preserve_index=False), pa.BufferOutputStream()
            middle, options = len(columns) // 2, pc.WriteOptions(include_header=False, **quoting)
            second = threads.submit(pc.write_csv, columns.slice(middle), below, options)
            pc.write_csv(columns.slice(0, middle), file, pc.WriteOptions(include_header=not place, **quoting))
            second.result()
            file.write(below.getvalue())
