"""The first difference between two files, in words."""

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

AROUND = 40  # characters shown before and after the place where two lines part


def first_difference(run: Path, rebuilt: Path) -> str:
    """Return where the rebuilt file parts from the run's: a line of text, a cell of a Parquet table, or a byte."""
    if run.suffix == ".parquet":
        with suppress(OSError, ValueError):  # a damaged one has bytes alone
            return _in_tables(run, rebuilt)
    mine, theirs = run.read_bytes(), rebuilt.read_bytes()
    try:
        return _in_lines(mine.decode().splitlines(), theirs.decode().splitlines())
    except UnicodeDecodeError:
        return f"byte {_alike(mine, theirs)}"


def _alike(mine: Sequence[object], theirs: Sequence[object]) -> int:
    """Return how many items two sequences have in common before they part."""
    pairs = enumerate(zip(mine, theirs, strict=False))
    return next((place for place, (one, other) in pairs if one != other), min(len(mine), len(theirs)))


def _in_lines(run: list[str], rebuilt: list[str]) -> str:
    same = _alike(run, rebuilt)
    if same < min(len(run), len(rebuilt)):
        return f"line {same + 1}: {excerpts(run[same], rebuilt[same])}"
    if len(run) == len(rebuilt):
        return "the line ends"
    return f"line {same + 1}: the {'run' if len(run) < len(rebuilt) else 'rebuild'} ends there"


def excerpts(mine: str, theirs: str) -> str:
    """Return what two texts have around the place where they part."""
    place = _alike(mine, theirs)
    shown = slice(max(0, place - AROUND), place + AROUND)
    return f"the run has `{mine[shown].strip()}`, the rebuild `{theirs[shown].strip()}`"


def _in_tables(run: Path, rebuilt: Path) -> str:
    import pandas as pd

    mine, theirs = pd.read_parquet(run), pd.read_parquet(rebuilt)
    if list(mine.columns) != list(theirs.columns) or len(mine) != len(theirs):
        shapes = [f"{len(table)} rows of {', '.join(map(str, table.columns))}" for table in (mine, theirs)]
        return f"the run has {shapes[0]}, the rebuild {shapes[1]}"
    unequal = ~((mine == theirs) | (mine.isna() & theirs.isna()))
    if not unequal.to_numpy().any():
        return "the same numbers, written in another way"
    row = int(unequal.any(axis="columns").to_numpy().argmax())
    column = mine.columns[int(unequal.iloc[row].to_numpy().argmax())]
    return f"row {row + 1}, {column}: the run has {mine[column].iloc[row]}, the rebuild {theirs[column].iloc[row]}"
