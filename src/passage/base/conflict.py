"""What a merge of two branches leaves in a file that both have changed."""

import re
from pathlib import Path

from passage.base.errors import Mistake

_MARK = re.compile(r"^(?:<{7}|>{7}) ", re.MULTILINE)
STEPS = (
    "settle params.yaml by hand, then `git checkout --ours dvc.lock metrics`, `make repro`, "
    "`git add params.yaml dvc.lock metrics` and `git commit`"
)


def refuse(path: Path, text: str, steps: str = STEPS) -> None:
    """Raise Mistake, with the `steps` out of it, where `text`, the content of `path`, has both sides of a merge."""
    if found := _MARK.search(text):
        line = text.count("\n", 0, found.start()) + 1
        raise Mistake(f"{path}, line {line}: both sides of a merge stand here; {steps}")
