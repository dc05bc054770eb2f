"""What is shown of long work, and where."""

import io
import time

import pytest

from passage.base import progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_long_step_shows_in_a_terminal_what_it_does_and_how_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "DELAY", 0.01)
    monkeypatch.setattr("sys.stderr", terminal := Terminal())
    with progress.clock("fitting 7 rows"):
        time.sleep(0.2)
    assert "fitting 7 rows, 00:00" in terminal.getvalue()


def test_a_short_step_shows_nothing_and_a_long_one_nothing_in_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stderr", terminal := Terminal())
    with progress.clock("fitting 7 rows"):
        pass
    assert "fitting" not in terminal.getvalue()
    monkeypatch.setattr(progress, "DELAY", 0.01)
    monkeypatch.setattr("sys.stderr", file := io.StringIO())
    with progress.clock("fitting 7 rows"):
        time.sleep(0.1)
    assert file.getvalue() == ""


def test_what_takes_longer_than_a_minute_is_told_beforehand_with_what_helps(
    capsys: pytest.CaptureFixture[str],
) -> None:
    progress.foretell("odds of 9 rows", 60.0, "fewer rows")
    assert capsys.readouterr().out == ""
    progress.foretell("odds of 9 rows", 150.1, "fewer rows")
    assert capsys.readouterr().out == "odds of 9 rows will take about 3 min or more; fewer rows make it less\n"
