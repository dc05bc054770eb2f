"""How much memory a table takes, before it is read."""

from pathlib import Path

import psutil

from passage import headers

# Measured at 3,000,000 rows x 10 numbers and a target: the largest stage (train) took 3.4 times the values' own size.
TIMES = 3.5
START = 300_000_000  # bytes that Python and its packages take
SAMPLE = 1_000_000  # bytes of a CSV by which its rows are counted
LIMIT, TAKEN = Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory.current")  # of a container


def needed(path: Path, columns: int) -> tuple[int, int]:
    """Return about how many rows the table at `path` has, and the memory (bytes) that `columns` of it take at most."""
    rows = headers.rows(path, SAMPLE)
    return rows, int(START + TIMES * 8 * rows * columns)


def free() -> int:
    """Return how much memory (bytes) a process may still take."""
    room = int(psutil.virtual_memory().available)
    try:
        return min(room, int(LIMIT.read_text()) - int(TAKEN.read_text()))
    except (OSError, ValueError):  # there is no limit
        return room
