"""Make numbers of the features of one model, and bring them to a common scale."""

import pandas as pd

from passage import params
from passage.base import files, parquet
from passage.base.errors import Mistake
from passage.base.paths import ModelPaths
from passage.base.progress import clock
from passage.base.wording import listed
from passage.model import design
from passage.model.preparation import Preparation, fit
from passage.model.scaler import Scaler, normalized
from passage.params import labels


def refuse_unseen(prepared: Preparation, test: pd.DataFrame, key: str, data: str) -> None:
    """Raise Mistake for categories of test rows that no training row has, where that is an error. key: of columns."""
    unseen = prepared.refused(test)
    every = {name: test.loc[unseen[name], name].fillna(design.MISSING) for name in map(str, unseen)}
    if wrong := [
        f"{data}: {name} is {listed(sorted(values.unique()))} in test rows and in no training one; to count it as the "
        f"reference, set {key}.{name}.unseen to reference"
        for name, values in every.items()
        if len(values)
    ]:
        raise Mistake(wrong)


def main(name: str) -> None:
    """Write models/NAME/scaler.json and data/normalized/NAME/train.parquet and test.parquet."""
    lane, settings = ModelPaths(name), params.load().model(name)
    known = [*settings.features, settings.target]
    train, test = parquet.read(lane.split_train, known), parquet.read(lane.split_test, known)
    try:
        prepared = fit(train, settings)
        refuse_unseen(prepared, test, f"models.{name}.columns", settings.data)
        designs = [prepared.design(rows) for rows in (train, test)]
        seen = pd.concat(designs) if settings.normalize.fit_on == "all" else designs[0]
        scaler = Scaler.fit(seen, settings.normalize.method)
    except ValueError as error:
        raise Mistake(f"{settings.data}: {error} (models.{name}.columns)") from None
    files.write_json(lane.scaler, prepared.content(scaler))
    targets = (labels.encode(rows, settings.target, settings.positive)[settings.target] for rows in (train, test))
    rows = (normalized(scaler, *side) for side in zip(designs, targets, strict=True))
    with clock(f"writing {lane.normalized_train.parent}"):
        parquet.write_all(dict(zip((lane.normalized_train, lane.normalized_test), rows, strict=True)))
    if settings.saw_test_rows():
        print(
            f"warning: models.{name}.normalize.fit_on is all: the scaling of {name} has seen its {len(test)} test rows"
        )
