"""Text as it may go to a terminal: nothing in it is a command to one, and no line is longer than a screen.

Names, values and paths are whatever somebody wrote into a file: with an ESC they would clear the screen or write
another line over this one, and a column's name may have a hundred million letters.
"""

import io
from typing import TextIO

WIDTH = 2_000  # characters of a line, a screen of 80 x 25
LINES = 200  # of one message
CUT = " ... "  # for what is left out


def printable(words: str) -> str:
    """Return `words` on one line; line ends and what else a terminal or YAML would take amiss become escapes."""
    return "".join(letter if letter.isprintable() else letter.encode("unicode_escape").decode() for letter in words)


def line(words: str) -> str:
    """Return `words` as one printable line; of a longer one than a screen, its two ends, which say what and why."""
    return _cut(printable(_cut(words)))


def lines(every: list[str]) -> list[str]:
    """Return each text as a printable line; of very many, the first ones and how many more there are."""
    more = len(every) - LINES
    return [*map(line, every[:LINES]), *([f"... and {more:,} more"] if more > 0 else [])]


def _cut(words: str) -> str:
    half = (WIDTH - len(CUT)) // 2
    return words if len(words) <= WIDTH else f"{words[:half]}{CUT}{words[-half:]}"


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
