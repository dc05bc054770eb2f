"""Text as it may go to a terminal: nothing in it is a command to one, and no line is longer than a screen.

Names, values and paths are whatever somebody wrote into a file: with an ESC they would clear the screen or write
another line over this one, and a column's name may have a hundred million letters.
"""

import io
import shutil
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:  # stages without tables do not wait for pandas
    import pandas as pd

WIDTH = 2_000  # characters of a line, a screen of 80 x 25
LINES = 200  # of one message
SIZE = (120, 25)  # of a screen, where there is no terminal
TOLD = 3  # lines that are told of one thing
ROWS, COLUMNS, LETTERS = 20, 20, 40  # rows of a table, columns of a row and letters of a value that are shown
CUT = " ... "  # for what is left out


def printable(words: str) -> str:
    """Return `words` on one line; line ends and what else a terminal or YAML would take amiss become escapes."""
    return "".join(letter if letter.isprintable() else letter.encode("unicode_escape").decode() for letter in words)


def line(words: str) -> str:
    """Return `words` as one printable line; of a longer one than a screen, its two ends, which say what and why."""
    return _cut(printable(_cut(words)))


def width() -> int:
    """Return how many characters a line of the terminal has."""
    return max(40, shutil.get_terminal_size(SIZE).columns)


def wrapped(words: str) -> str:
    """Return `words` in lines that are no wider than the terminal, from the second one on indented."""
    return textwrap.fill(line(words), width(), subsequent_indent="  ", break_on_hyphens=False)


def told(name: str, sentences: list[str]) -> str:
    """Return what is told of `name` in at most TOLD lines: as many sentences, from the first one on, as fit whole."""
    texts = [wrapped(f"{name}: {' '.join(sentences[:count])}") for count in range(len(sentences), 0, -1)]
    fitting = next((text for text in texts if text.count("\n") < TOLD), texts[-1])
    return "\n".join(fitting.split("\n")[:TOLD])


def lines(every: list[str]) -> list[str]:
    """Return each text as a printable line; of very many, the first ones and how many more there are."""
    more = len(every) - LINES
    return [*map(line, every[:LINES]), *([f"... and {more:,} more"] if more > 0 else [])]


def _cut(words: str) -> str:
    half = (WIDTH - len(CUT)) // 2
    return words if len(words) <= WIDTH else f"{words[:half]}{CUT}{words[-half:]}"


def first_rows(table: "pd.DataFrame", rows: int, path: Path) -> list[str]:
    """Return the lines that show the first rows of `table`, and how many more of its `rows` the file at `path` has.

    Of a wide table they show the first and the last columns, which say what is predicted.
    """
    if table.empty:
        return []
    shown = table.head(ROWS).to_string(index=False, max_cols=COLUMNS, max_colwidth=LETTERS)
    more = [f"... {rows - ROWS} more in {path}"] if rows > ROWS else []
    return [*map(printable, shown.split("\n")), *more]


class Terminal(io.TextIOBase):
    """Standard output to which each line goes as `line` has it."""

    def __init__(self, out: TextIO) -> None:
        self.out = out

    def write(self, text: str) -> int:
        """Write `text`, which may be several lines."""
        self.out.write("\n".join(map(line, text.split("\n"))))
        return len(text)

    def flush(self) -> None:
        """Write what is not written yet."""
        self.out.flush()
