"""Predictions as the terminal shows them."""

from pathlib import Path

import pandas as pd

from passage.base.terminal import printable

ROWS, COLUMNS, LETTERS = 20, 20, 40  # rows of a table, columns of a row and letters of a value that are shown


def first_rows(table: pd.DataFrame, rows: int, path: Path) -> list[str]:
    """Return the lines that show the first rows of `table`, and how many more of its `rows` the file at `path` has.

    Of a wide table they show the first and the last columns, which say what is predicted.
    """
    if table.empty:
        return []
    shown = table.head(ROWS).to_string(index=False, max_cols=COLUMNS, max_colwidth=LETTERS)
    more = [f"... {rows - ROWS} more in {path}"] if rows > ROWS else []
    return [*map(printable, shown.split("\n")), *more]
