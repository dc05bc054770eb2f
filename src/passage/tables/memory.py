"""How much memory a table takes, and whether its rows take long, before it is read."""

from collections.abc import Collection, Iterator
from pathlib import Path

import psutil

from passage.base import blocks
from passage.base.progress import foretell
from passage.tables import header, parts

# What the largest stage takes, as measured. Of numbers that are held together, so many times their own size: 3.4 at
# 100,000 rows x 500 (normalize); at 3,000,000 x 10, 2.8 (split) and 2.5 (score).
TIMES = 3.5
# Of a table that is read by blocks, so many bytes for each row beside those that it takes at any size: 1.0 GB at
# 10,000,000 x 10 (associate; split 0.9, normalize 0.8).
BY_BLOCKS, A_ROW = 700_000_000, 25
DRAWN = 20_000  # rows, those of a cross-validation, which are held at any size
SQUARES = 4  # tables of columns by columns that a stage holds (correlations, information, its inverse)
# Of one processor that the longest stage that reads and writes all rows takes for each value, as measured.
SECONDS = 2e-7
START = 300_000_000  # bytes that Python and its packages take
PLACE = 8  # bytes that pandas takes to note where a value of a CSV stands
FIRST = 10_000  # rows by which the categories of a feature are counted
LIMIT, TAKEN = Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory.current")  # of a container


def numbers(path: Path, columns: Collection[str], categories: Collection[str]) -> int:
    """Return of about how many numbers each row of the table at `path` is made.

    columns: those that are used. categories: those of them that become a column of numbers for each of their values.
    """
    values = header.first_values(path, categories, FIRST).values()
    return len(columns) + sum(max(len(set(one)) - 2, 0) for one in values)  # the reference has no column


def needed(
    path: Path, columns: Collection[str], categories: Collection[str], share: float = 1.0
) -> tuple[int, int, int]:
    """Return about how many rows the table at `path` has, of how many numbers each is made, and the memory (bytes).

    share: of its rows, that are held together unless they are large.
    """
    rows, made_of = header.rows(path), numbers(path, columns, categories)
    by_blocks = blocks.is_large(int(rows * share), made_of)
    together = min(rows, DRAWN) * len(columns) if by_blocks else min(rows * made_of, blocks.LARGE)
    need = START + TIMES * 8 * together
    if blocks.is_large(rows, made_of):
        need = max(need, BY_BLOCKS + A_ROW * rows)
    elif not parts.is_parquet(path) and header.contains(path, b'"'):  # pandas keeps all columns' text while it reads
        need += parts.size(path) + PLACE * rows * len(header.columns(path))
    return rows, made_of, int(need + SQUARES * 8 * made_of**2)


def lacking(
    table: str,
    columns: Collection[str],
    categories: Collection[str],
    named_by: str,
    share: float = 1.0,
) -> Iterator[str]:
    """Yield one line where a table will not fit in memory. named_by: the key of params.yaml that names it.

    share: as `needed` has it. What fits, but takes long to divide or score, is told.
    """
    rows, made_of, need = needed(Path(table), columns, categories, share)
    if need > (room := free()):
        yield (
            f"{table}: about {rows:,} rows of {made_of:,} numbers each need about {need / 1e9:.1f} GB of memory, and "
            f"{room / 1e9:.1f} GB are free ({named_by}); what helps: fewer features, some of the rows drawn by chance, "
            "other programs closed, or a machine with more memory"
        )
    else:
        held = len(columns) if blocks.is_large(int(rows * share), made_of) else made_of  # categories are codes then
        doing = f"{table}: to read and write {rows:,} rows of {held:,} numbers"
        foretell(doing, SECONDS * rows * held, "fewer features or rows")


def free() -> int:
    """Return how much memory (bytes) a process may still take."""
    room = int(psutil.virtual_memory().available)
    try:
        return min(room, int(LIMIT.read_text()) - int(TAKEN.read_text()))
    except (OSError, ValueError):  # there is no limit
        return room
