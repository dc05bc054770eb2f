"""Say how the target goes with each feature among one model's training rows, in odds that no penalty holds back."""

from passage import files, labels, params, parquet, sentences
from passage.association import associate
from passage.paths import Lane
from passage.preparation import learn


def main(name: str) -> None:
    """Write models/NAME/association.json and print the log-odds per unit with their intervals."""
    lane, settings = Lane(name), params.load().model(name)
    rows = parquet.read(lane.split_train, [*settings.features, settings.target])
    rows = labels.counted(rows, settings.target, settings.positive)
    found = associate(
        learn(rows, settings).design(rows), rows[settings.target].to_numpy(), settings.evaluate.confidence
    )
    files.write_json(lane.association, found.content())
    whose = sentences.estimator(found.content())
    print(f"{name}: log-odds of {settings.target} per unit without a penalty ({whose}), {found.confidence * 100:g} %")
    for feature, numbers in found.features.items():
        ends = [numbers.get(end) for end in ("coefficient", "low", "high")]
        print(f"  {feature:20}", *("     unknown" if end is None else f"{end:12.6g}" for end in ends))
