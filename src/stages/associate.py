"""Say how the target goes with each feature among one model's training rows: odds, intervals and tests."""

from passage import params
from passage.association.associate import of_training
from passage.base import files, parquet
from passage.base.paths import ModelPaths
from passage.model import preparation
from passage.params import labels


def main(name: str) -> None:
    """Write models/NAME/association.json and print the log-odds per unit with their intervals."""
    lane, settings = ModelPaths(name), params.load().model(name)
    prepared = preparation.read(files.read_json(lane.scaler))
    rows = parquet.read(lane.split_train, [*(one.name for one in prepared.features), settings.target])
    rows = labels.encode(rows, settings.target, settings.positive)
    target = rows[settings.target].to_numpy()
    found = of_training(rows, target, settings.evaluate.confidence, prepared)
    files.write_json(lane.association, found.content())
    print(f"{name}: log-odds of {settings.target} per unit (Firth), with {found.confidence * 100:g} % intervals")
    for feature, numbers in found.features.items():
        ends = [numbers.get(end) for end in ("coefficient", "low", "high")]
        print(f"  {feature:20}", *("     unknown" if end is None else f"{end:12.6g}" for end in ends))
