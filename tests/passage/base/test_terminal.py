"""What goes to a terminal says what it says, and does nothing else there."""

import sys
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest
from conftest import ROOT, entry_point
from hypothesis import given
from hypothesis import strategies as st

from passage.base import terminal
from passage.base.errors import Mistake

HUGE = 10**7
SCREEN = 80 * 25
WRITTEN = Path("predictions/some.csv")


@given(st.text())
def test_a_line_is_one_line_of_printable_letters_no_longer_than_a_screen(words: str) -> None:
    shown = terminal.line(words)
    assert shown.isprintable()
    assert len(shown) <= SCREEN
    assert terminal.line(shown) == shown


@pytest.mark.parametrize("words", ["Jürgen's Größe (µm), 身長 👍", "a\\b", 'say "hi"', "", " "])
def test_what_does_no_harm_stays(words: str) -> None:
    assert terminal.line(words) == words


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("\x1b[2Jgone", "\\x1b[2Jgone"),
        ("a\0b", "a\\x00b"),
        ("fine\rnot", "fine\\rnot"),
        ("two\nlines", "two\\nlines"),
        ("\x9b31m", "\\x9b31m"),  # ESC [ in one letter
        ("txt\u202egpj", "txt\\u202egpj"),  # from here on, right to left
        ("\udcff", "\\udcff"),  # of a file's name that is no UTF-8
    ],
)
def test_what_a_terminal_would_obey_becomes_an_escape(words: str, shown: str) -> None:
    assert terminal.line(words) == shown


def test_a_long_line_keeps_both_ends_where_it_says_where_and_why() -> None:
    mistake = Mistake(f'params.yaml: models.model.target is "{"x" * HUGE}"; it must be a column')
    assert len(str(mistake)) <= SCREEN
    assert str(mistake).startswith('params.yaml: models.model.target is "xxx')
    assert str(mistake).endswith('xxx"; it must be a column')
    assert len(str(Mistake("\0" * HUGE))) <= SCREEN


def test_a_mistake_of_very_many_lines_tells_the_first_ones_and_counts_the_others() -> None:
    lines = str(Mistake(f"row {row}\x1b" for row in range(12_345))).split("\n")
    assert lines[0] == "row 0\\x1b"
    assert len(lines) == terminal.LINES + 1
    assert lines[-1] == f"... and {12_345 - terminal.LINES:,} more"
    assert len(str(Mistake(map(str, range(terminal.LINES)))).split("\n")) == terminal.LINES


@given(st.lists(st.text(), min_size=1, max_size=4), st.integers(10, 200))
def test_what_is_told_of_one_thing_has_three_lines_no_wider_than_the_terminal(said: list[str], width: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COLUMNS", str(width))
        lines = terminal.told("model", said).split("\n")
    assert len(lines) <= 3
    assert max(map(len, lines)) <= max(width, 40)


def test_sentences_are_told_whole_from_the_first_one_on_as_far_as_they_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    assert (
        terminal.told("m", ["Four of five are right.", "So it is.", "x" * 100])
        == "m: Four of five are right. So it is."
    )
    assert terminal.wrapped("model: " + "word " * 9) == "model: word word word word word word\n  word word word"
    assert terminal.wrapped("model: the solver is not a newton-cholesky") == (
        "model: the solver is not a\n  newton-cholesky"
    )


def test_what_a_stage_or_tool_prints_passes_the_same_way(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def main() -> None:
        print("hours\x1b[2J", "\0", sep="\n")
        print("x" * HUGE, flush=True)

    monkeypatch.chdir(ROOT)
    monkeypatch.setitem(sys.modules, "stages.report", SimpleNamespace(main=main))
    assert entry_point().run(["report"]) == 0
    first, second, third, end = capsys.readouterr().out.split("\n")
    assert (first, second, end) == ("hours\\x1b[2J", "\\x00", "")
    assert SCREEN - 2 < len(third) <= SCREEN


def table(rows: int, columns: int = 1) -> pd.DataFrame:
    features = {f"f{number}": [number] * rows for number in range(columns)}
    return pd.DataFrame({**features, "probability": [0.25] * rows, "predicted": ["no"] * rows})


def test_twenty_rows_are_shown_and_the_others_counted() -> None:
    assert terminal.first_rows(table(2), 2, WRITTEN) == [
        " f0  probability predicted",
        "  0         0.25        no",
        "  0         0.25        no",
    ]
    assert len(terminal.first_rows(table(20), 20, WRITTEN)) == 21
    assert terminal.first_rows(table(23), 23, WRITTEN)[21:] == ["... 3 more in predictions/some.csv"]


def test_of_many_columns_those_that_say_what_is_predicted_are_shown() -> None:
    head = terminal.first_rows(table(1, columns=500), 1, WRITTEN)[0].split()
    assert (head[0], head[-2:], len(head)) == ("f0", ["probability", "predicted"], 21)
    assert "..." in head


def test_no_value_moves_the_cursor_or_fills_the_screen() -> None:
    written = pd.DataFrame({"n\x1b[2J": ["a\x1b]0;x\x07\rb\nc\u2028d", "w" * 10_000]})
    shown = terminal.first_rows(written, len(written), WRITTEN)
    assert len(shown) == 3
    assert all(line.isprintable() and len(line) < 60 for line in shown)
    assert r"a\x1b]0;x\x07\rb\nc\u2028d" in shown[1]


def test_no_rows_are_no_lines() -> None:
    assert terminal.first_rows(table(0), 0, WRITTEN) == []
