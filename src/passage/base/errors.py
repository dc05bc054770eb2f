"""The one exception that is the user's to put right."""

from collections.abc import Iterable

from passage.base import terminal


class Mistake(Exception):
    """Input that cannot be used; each line says where it stands, what was found and what is allowed.

    What was found is a stranger's: all lines are made fit for a terminal.
    """

    remedy = "Nothing is lost: `dvc checkout` brings back the last good outputs."  # after a stage that DVC ran

    def __init__(self, lines: str | Iterable[str]) -> None:
        self.lines = terminal.lines([lines] if isinstance(lines, str) else list(lines))
        super().__init__("\n".join(self.lines))


class Unreachable(Mistake):
    """A store that does not take runs now."""

    remedy = "All else is built; the next `dvc repro` hands the results over."
