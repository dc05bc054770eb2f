"""Tables beyond memory: what is learned from one is a sum over blocks of its rows, added in their order.

Which tables these are is decided by their shape alone, never by a machine's memory or cores, so that the result is the
same everywhere.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:  # params.yaml is read without pandas
    import pandas as pd

    from passage.base.parquet import Table

Result = TypeVar("Result")

LARGE = 50_000_000  # values of the design table


def is_large(rows: int, columns: int) -> bool:
    """Return whether a table of so many numbers is fitted by blocks of its rows."""
    return rows * columns > LARGE


def mapped(function: "Callable[[pd.DataFrame], Result]", table: "Table", columns: Sequence[str]) -> Iterator[Result]:
    """Yield what `function` makes of each block of these `columns` of a table, in the order of its rows.

    Where Dask's own variable has the address of a cluster, its workers read the blocks of a file, call `function`, and
    send what it returns, which is small. That is no setting, since the result is the same.
    """
    from passage.base import parquet

    address = os.environ.get("DASK_SCHEDULER_ADDRESS")
    if address and isinstance(table, parquet.Columns) and table.taken is None:
        from passage.base import cluster

        return cluster.mapped(function, table, columns, address)
    return map(function, parquet.blocks(table, columns))
