"""Refuse what is wrong in params.yaml and in the tables' headers before any lane starts."""

from collections.abc import Iterator
from pathlib import Path

from passage import params
from passage.base import environment, files, paths
from passage.base.errors import Mistake
from passage.params import Params, leftovers
from passage.tables import by_size, first_rows, header, memory

USUAL = 0.75  # of the rows train, where a column says which


def special_files() -> Iterator[str]:
    """Yield one line for each link to nothing, pipe, socket or device: DVC would fail there, or read for ever."""
    for path in sorted(paths.RAW.rglob("*")):
        if not path.is_file() and not path.is_dir():
            what = "not a file" if path.exists() else "a link to nothing"
            yield f"{path}: this is {what}, and DVC reads all that is below {paths.RAW}; remove it"


def wrong_tables(settings: Params) -> Iterator[str]:
    """Yield one line for each thing that is wrong with the header of a table that `settings` names."""
    named = {f"models.{name}.data": (lane.data, lane.needed_columns(name)) for name, lane in settings.models.items()}
    for name, batch in settings.score.items():
        features = settings.models[batch.model].features
        named[f"score.{name}.data"] = (batch.data, dict.fromkeys(features, f"models.{batch.model}.features"))
    for key, (table, wanted) in named.items():
        try:
            header.require(Path(table), wanted)
        except Mistake as mistake:
            yield from (f"{line} ({key})" for line in mistake.lines)


def too_large(settings: Params) -> Iterator[str]:
    """Yield one line for each table that will not fit in memory."""
    for name, lane in settings.models.items():
        columns, share = lane.needed_columns(name), lane.split.training_share or USUAL
        yield from memory.lacking(lane.data, columns, lane.categories(), f"models.{name}.data", share)
    for name, batch in settings.score.items():
        lane = settings.models[batch.model]
        yield from memory.lacking(batch.data, lane.features, lane.categories(), f"score.{name}.data")


def main() -> None:
    """Write data/checked, which every stage waits for, and clear away what lanes no longer listed have left."""
    settings = params.load()
    wrong = [*special_files(), *wrong_tables(settings)]
    for further in (first_rows.texts, too_large, by_size.refused):
        wrong = wrong or list(further(settings))
    if wrong:
        raise Mistake(wrong)
    for line in leftovers.remove(settings):
        print(line)
    leftovers.refuse_strays(settings)
    for warning in by_size.not_the_same_everywhere(settings):
        print(warning)
    files.write_text(paths.CHECKED, environment.ground())
    print(f"nothing wrong; models: {', '.join(settings.models)}; to score: {', '.join(settings.score) or 'nothing'}")
