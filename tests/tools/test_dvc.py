"""What DVC is asked, and how its answers are taken."""

import subprocess
import sys
from collections.abc import Sequence

import pytest

from passage.base.errors import Mistake
from tools import dvc

Done = subprocess.CompletedProcess[str]
HALF = (
    "ERROR: unexpected error - Expecting value: line 1 column 1 (char 0)\n\nHaving any troubles?\n",
    "ERROR: unexpected error - JSON file structure is corrupted: x.json\n\nHaving any troubles?\n",
)


def answers(monkeypatch: pytest.MonkeyPatch, *said: tuple[int, str, str]) -> list[Sequence[str]]:
    """Let DVC say this, one after the other; return what it is asked then."""
    asked: list[Sequence[str]] = []
    left = iter(said)

    def run(command: list[str], **options: object) -> Done:
        asked.append(command)
        assert options["env"]["COLUMNS"] == "200", "or it would cut the names that are looked for"  # type: ignore[index]
        assert (options["stdout"] == subprocess.DEVNULL) == ("start" in command), "or its workers would be waited for"
        return Done(command, *next(left))

    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setattr(subprocess, "run", run)
    monkeypatch.setattr(dvc, "PAUSE", 0.0)
    return asked


def test_a_state_that_was_half_written_is_asked_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = answers(monkeypatch, (255, "Task", HALF[0]), (255, "", HALF[1]), (0, "all of it", ""))
    assert dvc.dvc("queue", "status") == "all of it"
    assert asked == [[sys.executable, "-m", "dvc", "queue", "status"]] * 3


@pytest.mark.parametrize(
    ("said", "told", "times"),
    [
        ((255, "", "warning\nERROR: no such thing\n\nHaving any troubles?\n"), "ERROR: no such thing", 1),
        ((255, "it said this\n", ""), "it said this", 1),
        ((255, "", ""), "it does not say why", 1),
        ((255, "", HALF[1]), "ERROR: unexpected error - JSON file structure is corrupted: x.json", dvc.TRIES),
    ],
)
def test_what_fails_is_told_with_dvcs_error(
    said: tuple[int, str, str], told: str, times: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = answers(monkeypatch, *[said] * times)
    with pytest.raises(Mistake) as refused:
        dvc.dvc("exp", "run", "--queue")
    assert str(refused.value) == f"`dvc exp run` failed: {told}"
    assert len(asked) == times


def test_workers_are_started_and_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = answers(monkeypatch, (255, "", "they are there already"))
    dvc.start_workers()
    assert asked[0][2:] == ["dvc", "queue", "start", "--jobs", "2"]
