"""What is wrong in the rows of a table: gathered while they are checked, told all at once, each with its place."""

import json
import re
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np

from passage.base.errors import Mistake
from passage.base.parquet import Counted
from passage.tables import header

SHOWN = 10  # rows that are told of each violation; the others are counted
NUMBER = "must be a number"

# 1,234 is a thousand and more, or one and a bit: which, depends on where the table was made.
GROUPED = re.compile(r"[-+]?\d{1,3}([.,' \u00a0\u202f]\d{3})+([.,]\d*)?")


@dataclass(frozen=True)
class Violation:
    """A rule that a column breaks, and the rows (n_violations,), from 0, in which it does."""

    column: str
    rule: str
    rows: np.ndarray


class Violations:
    """The violations of one table, as it was read from `path`."""

    def __init__(self, table: Counted, path: Path) -> None:
        self.table, self.path = table, path
        self.violations: list[Violation | str] = []

    def add(self, column: str, wrong: np.ndarray, rule: str) -> None:
        """Note that `column` breaks `rule` where `wrong` (n_rows,) holds, if it does anywhere."""
        if wrong.any():
            self.violations.append(Violation(column, rule, np.flatnonzero(wrong)))

    def add_line(self, what: str) -> None:
        """Note what is wrong with a column as a whole."""
        self.violations.append(f"{self.path}: {what}")

    def told(self, column: str) -> np.ndarray:
        """Return in which rows a violation of `column` is noted, (n_rows,)."""
        told = np.zeros(len(self.table), dtype=bool)
        for violation in self.violations:
            if isinstance(violation, Violation) and violation.column == column:
                told[violation.rows] = True
        return told

    def refuse(self) -> None:
        """Raise Mistake with a line for each of the first rows of each violation, and how many more there are."""
        if not self.violations:
            return
        shown = {
            row
            for violation in self.violations
            if isinstance(violation, Violation)
            for row in violation.rows[:SHOWN].tolist()
        }
        places = _places(self.path, sorted(shown))
        lines = []
        for violation in self.violations:
            if isinstance(violation, str):
                lines.append(violation)
                continue
            lines += [self._line(violation, row, *places[row]) for row in violation.rows[:SHOWN].tolist()]
            if more := len(violation.rows) - SHOWN:
                lines += [f"{self.path}: {violation.column}: {more:,} more like it"] if more > 0 else []
        raise Mistake(lines)

    def _line(self, violation: Violation, row: int, place: str, record: dict[str, str]) -> str:
        column = self.table[violation.column]
        missing = bool(column.isna().iloc[row])
        text = record.get(violation.column, "" if missing else str(column.iloc[row]))
        found = json.dumps(text if len(text) <= 60 else f"{text[:57]}...", ensure_ascii=False)
        if missing:
            found = f"missing ({found} stands for that)" if text else "missing"
        grouped = NUMBER in violation.rule and GROUPED.fullmatch(text)
        advice = "; write it without separators of thousands" if grouped else ""
        return f"{self.path}, {place}: {violation.column} is {found}, but {violation.rule}{advice}"


def _places(path: Path, rows: list[int]) -> dict[int, tuple[str, dict[str, str]]]:
    """Return where each of `rows` (from 0, sorted) stands in the file, and what stands there in a CSV, by column.

    The file is read once, as far as the last of them.
    """
    places: dict[int, tuple[str, dict[str, str]]] = {row: (f"row {row + 1}", {}) for row in rows}
    if path.suffix == ".csv" and rows:
        records = header.records(path)
        _, names = next(records)
        wanted = set(rows)
        for row, (line, record) in enumerate(islice(records, rows[-1] + 1)):
            if row in wanted:
                places[row] = f"line {line}", dict(zip(names, record, strict=False))
    return places
