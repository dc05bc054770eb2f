"""The CSV files of a folder as one: what is read of a folder is what would be read of one file with all its rows."""

import io
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from passage.tables import header, parts


def source(path: Path) -> Path | BinaryIO:
    """Return what readers of CSV take for the table at `path`: a file is read by its name, which is faster."""
    return io.BufferedReader(_Joined(_content(parts.files(path))), header.CHUNK) if path.is_dir() else path


class _Joined(io.RawIOBase):
    """Bytes that come in pieces, as a file."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self.pieces, self.rest = pieces, memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        self.rest = self.rest or memoryview(next(self.pieces, b""))
        count = min(len(buffer), len(self.rest))
        buffer[:count], self.rest = self.rest[:count], self.rest[count:]
        return count


def _content(files: list[Path]) -> Iterator[bytes]:
    """Yield the bytes of all files, of all but the first without the header; each file's last line ends there."""
    for place, path in enumerate(files):
        last = b"\n"
        with path.open("rb") as file:
            file.seek(_rows(path) if place else 0)
            while piece := file.read(header.CHUNK):
                yield piece
                last = piece[-1:]
        if last not in b"\r\n":
            yield b"\n"


def _rows(path: Path) -> int:
    """Return at which byte the rows of a CSV begin."""
    line, _ = next(header.records(path))
    with path.open(encoding="latin-1", newline="") as lines:  # each byte is a letter
        return sum(map(len, islice(lines, line)))
