"""Predictions as the terminal shows them."""

from pathlib import Path

import pandas as pd

from passage.model.predictions import first_rows

WRITTEN = Path("predictions/some.csv")


def table(rows: int, columns: int = 1) -> pd.DataFrame:
    features = {f"f{number}": [number] * rows for number in range(columns)}
    return pd.DataFrame({**features, "probability": [0.25] * rows, "predicted": ["no"] * rows})


def test_twenty_rows_are_shown_and_the_others_counted() -> None:
    assert first_rows(table(2), 2, WRITTEN) == [
        " f0  probability predicted",
        "  0         0.25        no",
        "  0         0.25        no",
    ]
    assert len(first_rows(table(20), 20, WRITTEN)) == 21
    assert first_rows(table(23), 23, WRITTEN)[21:] == ["... 3 more in predictions/some.csv"]


def test_of_many_columns_those_that_say_what_is_predicted_are_shown() -> None:
    head = first_rows(table(1, columns=500), 1, WRITTEN)[0].split()
    assert (head[0], head[-2:], len(head)) == ("f0", ["probability", "predicted"], 21)
    assert "..." in head


def test_no_value_moves_the_cursor_or_fills_the_screen() -> None:
    written = pd.DataFrame({"n\x1b[2J": ["a\x1b]0;x\x07\rb\nc\u2028d", "w" * 10_000]})
    shown = first_rows(written, len(written), WRITTEN)
    assert len(shown) == 3
    assert all(line.isprintable() and len(line) < 60 for line in shown)
    assert r"a\x1b]0;x\x07\rb\nc\u2028d" in shown[1]


def test_no_rows_are_no_lines() -> None:
    assert first_rows(table(0), 0, WRITTEN) == []
