"""What a table's size decides of a model's fit, said before anything is built."""

from collections.abc import Iterator
from pathlib import Path

from passage.base import blocks, paths
from passage.params import Params
from passage.params.model import ModelSettings
from passage.params.train import SAME_EVERYWHERE
from passage.params.types import AUTO
from passage.tables import header, memory

SURE = 1.2  # times the limit, since a CSV's rows are counted by its first megabyte, and categories by the first rows


def _shape(lane: ModelSettings) -> tuple[int, int]:
    """Return about how many rows a model's table has, and of how many numbers its features are made in each."""
    path = Path(lane.data)
    return header.rows(path), memory.numbers(path, lane.features, lane.categories())


def refused(settings: Params) -> Iterator[str]:
    """Yield one line for each model that cannot be fitted by blocks, as its table is certain to need.

    Which rows train is not known beforehand where a column says so or rows are dropped.
    """
    for name, lane in settings.models.items():
        wrong, share = lane.train.refused_by_blocks(f"models.{name}.train"), lane.split.training_share
        if wrong and share and not lane.dropping():
            rows, columns = _shape(lane)
            if blocks.is_large(int(rows * share / SURE), columns):
                yield f"{paths.PARAMS}: {wrong}"


def not_the_same_everywhere(settings: Params) -> Iterator[str]:
    """Yield one line for each model whose last digits may be others on another machine."""
    for name, lane in settings.models.items():
        solver = lane.train.solver
        if solver == AUTO:
            rows, columns = _shape(lane)
            solver = lane.solving(columns, rows).train.solver
        if solver not in SAME_EVERYWHERE:
            auto = "auto, so " if lane.train.solver == AUTO else ""
            yield (
                f"warning: models.{name}.train.solver is {auto}{solver}: on another processor the last of its ten "
                f"digits may differ, and `make verify` would say so; {', '.join(SAME_EVERYWHERE)} give the same "
                "everywhere"
            )
