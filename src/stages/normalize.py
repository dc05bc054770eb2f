"""Make numbers of the features of one model, and bring them to a common scale."""

from collections.abc import Iterator, Sequence

import pandas as pd

from passage import params
from passage.base import files, parquet
from passage.base.errors import Mistake
from passage.base.parquet import Columns, Table
from passage.base.paths import ModelPaths
from passage.base.progress import clock
from passage.base.wording import listed
from passage.model import design, levels
from passage.model.levels import Levels
from passage.model.preparation import Preparation, fit
from passage.model.scaler import Scaler
from passage.model.sides import read_both


def refuse_unseen(prepared: Preparation, test: Table, key: str, data: str) -> None:
    """Raise Mistake for categories of test rows that no training row has, where that is an error. key: of columns."""
    every: dict[str, set[str]] = {}
    for rows in parquet.blocks(test, [one.name for one in prepared.features]):
        unseen = prepared.refused(rows)
        for name in map(str, unseen):
            every.setdefault(name, set()).update(rows.loc[unseen[name], name].fillna(design.MISSING))
    if wrong := [
        f"{data}: {name} is {listed(sorted(values))} in test rows and in no training one; to count it as the "
        f"reference, set {key}.{name}.unseen to reference"
        for name, values in every.items()
        if values
    ]:
        raise Mistake(wrong)


def normalized(
    prepared: Preparation, scaler: Scaler, rows: Columns, target: str, coded: Sequence[Levels] = ()
) -> Iterator[pd.DataFrame]:
    """Yield `rows`, features as they come, normalized beside the target, some rows after the other.

    coded: the categories that become codes.
    """
    for part in rows.parts([*(one.name for one in prepared.features), target]):
        yield levels.normalized(part, prepared, scaler, coded).assign(**{target: part[target]})


def main(name: str) -> None:
    """Write models/NAME/scaler.json and data/normalized/NAME/train.parquet and test.parquet."""
    lane, settings = ModelPaths(name), params.load().model(name)
    train, test = read_both(lane, settings)
    try:
        prepared = fit(train, settings)
        refuse_unseen(prepared, test, f"models.{name}.columns", settings.data)
        coded, scaler = levels.learned(prepared, train, test, settings)
    except ValueError as error:
        raise Mistake(f"{settings.data}: {error} (models.{name}.columns)") from None
    files.write_json(lane.scaler, prepared.content(scaler))
    rows = (normalized(prepared, scaler, side, settings.target, coded) for side in (train, test))
    with clock(f"writing {lane.normalized_train.parent}"):
        parquet.write_all(dict(zip((lane.normalized_train, lane.normalized_test), rows, strict=True)))
    if settings.saw_test_rows():
        print(
            f"warning: models.{name}.normalize.fit_on is all: the scaling of {name} has seen its {len(test)} test rows"
        )
