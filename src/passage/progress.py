"""How far a long piece of work is: shown in a terminal once it has taken five seconds, and nowhere else."""

from collections.abc import Iterable
from typing import Any

from tqdm import tqdm


def bar(doing: str, unit: str, steps: Iterable[Any] | None = None, total: int | None = None) -> "tqdm[Any]":
    """Return a progress bar over `steps`, or for `total` steps that its `update` counts."""
    return tqdm(steps, doing, total, unit=f" {unit}", delay=5, disable=None, leave=False)
