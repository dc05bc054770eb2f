"""What is wrong in the rows of a table: gathered while they are checked, told all at once, each with its place."""

import json
import re
from itertools import islice
from pathlib import Path

import numpy as np

from passage.base.errors import Mistake
from passage.base.parquet import Counted
from passage.tables import header, parts

SHOWN = 10  # rows that are told of each violation; the others are counted
NUMBER = "must be a number"

# 1,234 is a thousand and more, or one and a bit: which, depends on where the table was made.
GROUPED = re.compile(r"[-+]?\d{1,3}([.,' \u00a0\u202f]\d{3})+([.,]\d*)?")


class Violations:
    """The violations of one table, as it was read from `path`.

    left_out: rows, (n_rows,), that are left out whatever they hold, so that nothing of them is one.
    """

    def __init__(self, table: Counted, path: Path, left_out: np.ndarray | None = None) -> None:
        self.table, self.path, self.left_out = table, path, left_out
        # A column, the rule that it breaks, and the rows (n_violations,), from 0, in which it does; none: as a whole.
        self.found: list[tuple[str, str, np.ndarray]] = []

    def add(self, column: str, wrong: np.ndarray, rule: str) -> None:
        """Note that `column` breaks `rule` where `wrong` (n_rows,) holds, if it does anywhere."""
        if self.left_out is not None:
            wrong = wrong & ~self.left_out
        if wrong.any():
            self.found.append((column, rule, np.flatnonzero(wrong)))

    def add_line(self, column: str, what: str) -> None:
        """Note what is wrong with a column as a whole."""
        self.found.append((column, what, np.array([], dtype=int)))

    def told(self, column: str) -> np.ndarray:
        """Return in which rows a violation of `column` is noted, (n_rows,)."""
        told = np.zeros(len(self.table), dtype=bool)
        for name, _, rows in self.found:
            if name == column:
                told[rows] = True
        return told

    def refuse(self) -> None:
        """Raise Mistake with a line for each of the first rows of each violation, and how many more there are."""
        places = _places(self.path, sorted({row for *_, rows in self.found for row in rows[:SHOWN].tolist()}))
        lines = []
        for column, rule, rows in self.found:
            lines += [self._line(column, rule, row, *places[row]) for row in rows[:SHOWN].tolist()]
            if (more := len(rows) - SHOWN) > 0:
                lines.append(f"{self.path}: {column}: {more:,} more like it")
            elif not len(rows):
                lines.append(f"{self.path}: {rule}")
        if lines:
            raise Mistake(lines)

    def _line(self, column: str, rule: str, row: int, place: str, record: dict[str, str]) -> str:
        values = self.table[column]
        missing = bool(values.isna().iloc[row])
        text = record.get(column, "" if missing else str(values.iloc[row]))
        found = json.dumps(text if len(text) <= 60 else f"{text[:57]}...", ensure_ascii=False)
        if missing:
            found = f"missing ({found} stands for that)" if text else "missing"
        grouped = NUMBER in rule and GROUPED.fullmatch(text)
        advice = "; write it without separators of thousands" if grouped else ""
        return f"{place}: {column} is {found}, but {rule}{advice}"


def _places(path: Path, rows: list[int]) -> dict[int, tuple[str, dict[str, str]]]:
    """Return in which file and where in it each of `rows` (from 0, sorted) stands, and, of a CSV, what, by column.

    A CSV is read once, as far as the last of them.
    """
    places: dict[int, tuple[str, dict[str, str]]] = {row: (f"{path}, row {row + 1}", {}) for row in rows}
    wanted, start = set(rows), 0
    read = rows and (path.suffix == ".csv" or path.is_dir())  # of a request there is no file
    for file in parts.files(path) if read else ():
        if start > rows[-1]:
            break
        if file.suffix == ".parquet":
            places |= {row: (f"{file}, row {row - start + 1}", {}) for row in rows if row >= start}
            start += header.rows(file)
            continue
        records = header.records(file)
        _, names = next(records)
        for line, record in islice(records, rows[-1] + 1 - start):
            if start in wanted:
                places[start] = f"{file}, line {line}", dict(zip(names, record, strict=False))
            start += 1
    return places
