"""How much memory a table takes, and whether its rows take long, before it is read."""

from collections.abc import Collection, Iterator
from pathlib import Path

import psutil

from passage.base.progress import foretell
from passage.tables import header

# Measured at 100,000 rows x 500 numbers: the largest stage (normalize) took 3.4 times the values' own size.
TIMES = 3.5
SQUARES = 4  # tables of columns by columns that a stage holds (correlations, information, its inverse)
# Of one processor that the longest stage that reads and writes all rows takes for each value, as measured.
SECONDS = 2e-7
START = 300_000_000  # bytes that Python and its packages take
PLACE = 8  # bytes that pandas takes to note where a value of a CSV stands
SAMPLE = 1_000_000  # bytes of a CSV by which its rows are counted
FIRST = 10_000  # rows by which the categories of a feature are counted
LIMIT, TAKEN = Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory.current")  # of a container


def numbers(path: Path, columns: Collection[str], categories: Collection[str]) -> int:
    """Return of about how many numbers each row of the table at `path` is made.

    columns: those that are used. categories: those of them that become a column of numbers for each of their values.
    """
    values = header.first_values(path, categories, FIRST).values()
    return len(columns) + sum(max(len(set(one)) - 2, 0) for one in values)  # the reference has no column


def needed(path: Path, columns: Collection[str], categories: Collection[str]) -> tuple[int, int, int]:
    """Return about how many rows the table at `path` has, of how many numbers each is made, and the memory (bytes)."""
    rows, made_of = header.rows(path, SAMPLE), numbers(path, columns, categories)
    need = START + TIMES * 8 * rows * made_of + SQUARES * 8 * made_of**2
    if path.suffix != ".parquet" and header.contains(path, b'"'):  # pandas keeps all columns' text while it reads
        need += path.stat().st_size + PLACE * rows * len(header.columns(path))
    return rows, made_of, int(need)


def lacking(
    table: str, columns: Collection[str], categories: Collection[str], named_by: str, *, as_it_came: bool = False
) -> Iterator[str]:
    """Yield one line where a table will not fit in memory. named_by: the key of params.yaml that names it.

    as_it_came: whether each row is kept as it came, too. What fits, but takes long to divide or score, is told.
    """
    rows, made_of, need = needed(Path(table), columns, categories)
    need += Path(table).stat().st_size if as_it_came else 0
    if need > (room := free()):
        yield (
            f"{table}: about {rows:,} rows of {made_of:,} numbers each need about {need / 1e9:.1f} GB of memory, and "
            f"{room / 1e9:.1f} GB are free ({named_by}); what helps: fewer features, some of the rows drawn by chance, "
            "other programs closed, or a machine with more memory"
        )
    else:
        doing = f"{table}: to read and write {rows:,} rows of {made_of:,} numbers"
        foretell(doing, SECONDS * rows * made_of, "fewer features or rows")


def free() -> int:
    """Return how much memory (bytes) a process may still take."""
    room = int(psutil.virtual_memory().available)
    try:
        return min(room, int(LIMIT.read_text()) - int(TAKEN.read_text()))
    except (OSError, ValueError):  # there is no limit
        return room
