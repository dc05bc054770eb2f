"""How far a long piece of work is: shown in a terminal once it has taken five seconds, and nowhere else."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import Any

from tqdm import tqdm

DELAY = 5  # seconds
LONG = 60  # seconds of one processor, from which it is said beforehand what a piece of work will take


def foretell(doing: str, seconds: float, less: str) -> None:
    """Print about how long a piece of work will take, and what makes it `less`, where that is LONG."""
    if seconds > LONG:
        print(f"{doing} will take about {round(seconds / 60):,} min or more; {less} make it less", flush=True)


def bar(doing: str, unit: str, steps: Iterable[Any] | None = None, total: int | None = None) -> "tqdm[Any]":
    """Return a progress bar over `steps`, or for `total` steps that its `update` counts."""
    return tqdm(steps, doing, total, unit=f" {unit}", delay=DELAY, disable=None, leave=False)


@contextmanager
def clock(doing: str) -> Iterator[None]:
    """Show how long one step takes that cannot say how far it is, like a library's fit."""
    done = Event()
    with tqdm(desc=doing, bar_format="{desc}, {elapsed}", delay=DELAY, disable=None, leave=False) as shown:

        def tick() -> None:
            wait = DELAY
            while not done.wait(wait):
                shown.refresh()
                wait = 1

        ticking = Thread(target=tick, daemon=True)
        if not shown.disable:
            ticking.start()
        try:
            yield
        finally:
            done.set()
            if ticking.is_alive():
                ticking.join()
