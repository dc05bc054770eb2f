"""The first difference between two files, in words."""

from contextlib import suppress
from itertools import zip_longest
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
        place = next((i for i, (a, b) in enumerate(zip(mine, theirs, strict=False)) if a != b), None)
        return f"byte {min(len(mine), len(theirs)) if place is None else place}"


def _in_lines(run: list[str], rebuilt: list[str]) -> str:
    pairs = enumerate(zip_longest(run, rebuilt), start=1)
    number, (mine, theirs) = next((found for found in pairs if found[1][0] != found[1][1]), (0, ("", "")))
    if not number:
        return "the line ends"
    return f"line {number}: {excerpts(mine, theirs)}"


def excerpts(mine: str | None, theirs: str | None) -> str:
    """Return what two lines have around the place where they part; None where there is no such line."""
    if mine is None or theirs is None:
        return "the run ends there" if mine is None else "the rebuild ends there"
    place = next((i for i, (a, b) in enumerate(zip(mine, theirs, strict=False)) if a != b), min(len(mine), len(theirs)))
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
