"""The line of names of a table that is adopted: mended where it is plain what is wrong with it, or refused."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from passage.base.errors import Mistake
from passage.tables import names as wrong
from tools.adopt import dialect

ROW_NAMES = ("index", "row index")  # for R's names of rows, over which no name stands


def mended(text: bytes, one: str, names: list[str], blanks: bool, path: Path) -> tuple[list[str], list[str]]:
    """Return the names of the table in `text`, and in words what was put right: nothing, or that there is another one.

    one: the separator. Where every row has a value less than there are names and the last one is empty, it goes. Where
    every row has a value more, the name that lacks is that of the last column if that is empty, or else that of the
    first one if no two rows share a value there. Raises Mistake where it is neither.
    """
    first = next(_rows(text, one, blanks, path), names)
    if abs(len(first) - len(names)) != 1 or any(len(row) != len(first) for row in _rows(text, one, blanks, path)):
        return names, []
    if len(first) < len(names):
        if names[-1].strip():
            raise Mistake(
                f"{path}: the header names {len(names)} columns, and each row has {len(first)} values: "
                "take the name away that no value belongs to"
            )
        return names[:-1], ["the separator at the end of the header went"]
    if not any(row[-1].strip() for row in _rows(text, one, blanks, path)):
        return [*names, ""], ["the last column, which is empty and has no name, got an empty one"]
    keys = [row[0] for row in _rows(text, one, blanks, path)]
    if len(set(keys)) < len(keys):
        raise Mistake(
            f"{path}: the header names {len(names)} columns, and each row has {len(first)} values: give each a name"
        )
    name = next(name for name in ROW_NAMES if name not in names)
    return [name, *names], [f"the first column, which had no name, is named {name}"]


def refuse(text: bytes, one: str, names: list[str], blanks: bool, target: str, path: Path) -> None:
    """Raise Mistake for a first line that is a row, and for a name that is there twice."""
    if why := wrong.looks_like_a_row(names, list(islice(_rows(text, one, blanks, path), wrong.ROWS)), [target]):
        raise Mistake(f"{path}: {wrong.row_instead(why)}")
    if twice := wrong.twice(names, _rows(text, one, blanks, path)):
        raise Mistake(f"{path}: {line}" for line in twice)


def _rows(text: bytes, one: str, blanks: bool, path: Path) -> Iterator[list[str]]:
    """Yield the rows below the names."""
    return (record for _, record in islice(dialect.records(text, one, path, blanks=blanks), 1, None))
