"""Predict new rows, and point at those unlike any that trained the model."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from passage import params
from passage.association import probability_interval
from passage.base import files, parquet, paths, terminal
from passage.base.errors import Mistake
from passage.base.progress import clock
from passage.evaluation import answers, cautions
from passage.model.classifier import Model
from passage.params import labels
from passage.params.types import ADDED_COLUMNS
from passage.tables import header, held, read


def main(batch: str) -> None:
    """Write predictions/score/BATCH.csv: each row as it came, and what the model says of it; count in metrics/score."""
    settings = (asked_for := params.load()).batch(batch)
    lane, of = asked_for.model(settings.model), paths.ModelPaths(settings.model)
    path, into = Path(settings.data), paths.scored(batch)
    model, association = Model.load(of.fitted), files.read_json(of.association)
    asked = {one.name: one for one in model.preparation.features}
    header.require(path, dict.fromkeys(asked, f"models.{settings.model}.features"))
    texts = [*(name for name, one in asked.items() if one.kind != "number"), *lane.text_columns()]
    needed = [*asked, *(name for name in lane.only_checked() if name != lane.target)]
    first, counts, both, prepared = list[pd.DataFrame](), Counter[str](), model.classifier.classes, model.preparation
    with held.folder(into.with_name(f".{batch}")) as folder:
        with clock(f"reading {path}"):
            raw = read.stored(path, texts, needed, folder / "raw.parquet")
        if taken := [name for name in header.columns(path) if name in ADDED_COLUMNS]:
            raise Mistake(f'{path}: the column "{taken[0]}" has the name of a column of predictions; give it another')
        features = held.Held(None if isinstance(raw, pd.DataFrame) else folder, len(needed))
        kept, dropped = answers.checked(raw, features, model, lane, path, f"models.{settings.model}")
        del raw
        at_once, count = parquet.together(len(header.columns(path)) + len(asked)), int(kept.sum())

        def known() -> Iterator[pd.DataFrame]:
            return parquet.where_taken(features.parts([*asked], at_once), kept)

        def parts() -> Iterator[pd.DataFrame]:
            first.clear()
            counts.clear()
            read_again = 0
            for came, rows in zip(read.as_it_came(path, at_once), known(), strict=True):
                read_again += len(came)
                scored = answers.answer(rows, model)
                counts.update({name: int(scored[name].sum()) for name in scored.columns[2:]})  # after the probability
                named = scored.assign(predicted=labels.decode(scored["predicted"], both))
                ends = probability_interval.of_lane(rows, prepared, association, of, lane.target, both[1], count)
                predictions = came.join(probability_interval.beside(named, ends), how="inner")
                if lacking := terminal.ROWS - sum(map(len, first)):
                    first.append(predictions.head(lacking).copy())  # or all of the part is held
                yield predictions
            if read_again != len(kept):  # each prediction would stand in another's row
                raise RuntimeError(f"{path} has {len(kept)} rows for one reader and {read_again} for the other")

        with clock(f"writing {into}"):
            files.write_csv_parts(into, parts)
        found = cautions.of_dropped(dropped, "rows") | cautions.of_range(known(), model.classifier, "rows")
    told = {"probability_interval": probability_interval.how(association, count), "cautions": cautions.content(found)}
    files.write_json(paths.scored_metrics(batch), {"rows": count, **counts} | told)
    says = f"{counts['predicted']} of {count} rows are predicted {labels.written(both[1])} by {settings.model}"
    warnings = [terminal.wrapped(f"warning: {batch}: {caution}") for caution in found.values()]
    print(f"{batch}: {says}", *terminal.first_rows(pd.concat(first), count, into), *warnings, sep="\n")
