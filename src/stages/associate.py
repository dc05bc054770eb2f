"""Say how the target goes with each feature among one model's training rows: odds, intervals and tests."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from passage import params
from passage.association.associate import of_training
from passage.base import blocks, files, parquet
from passage.base.parquet import Columns, Table
from passage.base.paths import ModelPaths
from passage.model import levels, preparation
from passage.model.preparation import Preparation
from passage.model.sides import read_side


@contextmanager
def designed(rows: Columns, prepared: Preparation, beside: Path) -> Iterator[tuple[Table, Columns | None]]:
    """Yield `rows`, features as they come, and their design table in a file `beside` another one if they are many.

    Of few rows, all are read.
    """
    names = [one.name for one in prepared.features]
    if not blocks.is_large(len(rows), len(prepared.columns)):
        yield parquet.read(rows.path, names), None
    elif prepared.plain:
        yield rows, rows
    else:
        design = beside.with_name("design.partial")
        try:
            coded = levels.of(prepared.columns, len(rows))
            parquet.write(design, map(prepared.coded if coded else prepared.design, rows.parts(names)))
            yield rows, Columns(design)
        finally:
            design.unlink(missing_ok=True)


def main(name: str) -> None:
    """Write models/NAME/association.json and print the log-odds per unit with their intervals."""
    lane, settings = ModelPaths(name), params.load().model(name)
    prepared = preparation.read(files.read_json(lane.scaler))
    stored = read_side(lane.split_train, settings.target, settings.positive)
    target = stored[settings.target].to_numpy(dtype="int8")
    with designed(stored, prepared, lane.association) as (rows, design):
        found = of_training(rows, target, settings.evaluate.confidence, prepared, design)
    files.write_json(lane.association, found.content())
    print(f"{name}: log-odds of {settings.target} per unit (Firth), with {found.confidence * 100:g} % intervals")
    for feature, numbers in found.features.items():
        ends = [numbers.get(end) for end in ("coefficient", "low", "high")]
        print(f"  {feature:20}", *("     unknown" if end is None else f"{end:12.6g}" for end in ends))
