"""Predict new rows, and point at those unlike any that trained the model."""

from pathlib import Path
from typing import Any

from passage import params
from passage.association import intervals
from passage.base import files, paths, terminal
from passage.base.errors import Mistake
from passage.base.progress import clock
from passage.evaluation import answers, cautions
from passage.model.classifier import Model
from passage.model.predictions import first_rows
from passage.params import labels
from passage.params.types import ADDED_COLUMNS
from passage.tables import header, read


def main(batch: str) -> None:
    """Write predictions/score/BATCH.csv: each row as it came, and what the model says of it; count in metrics/score."""
    settings = (asked_for := params.load()).batch(batch)
    lane, path, of = asked_for.model(settings.model), Path(settings.data), paths.ModelPaths(settings.model)
    model = Model.load(of.fitted)
    asked = {one.name: one for one in model.preparation.features}
    header.require(path, dict.fromkeys(asked, f"models.{settings.model}.features"))
    texts = [*(name for name, one in asked.items() if one.kind != "number"), *lane.text_columns()]
    with clock(f"reading {path}"):
        table = read.table(path, texts, [*asked, *lane.only_checked()])
    if taken := [name for name in header.columns(path) if name in ADDED_COLUMNS]:
        raise Mistake(f'{path}: the column "{taken[0]}" has the name of a column of predictions; give it another')
    rows, dropped = answers.checked(table, model, lane, path, f"models.{settings.model}")
    scored = answers.answer(rows, model)
    named = scored.assign(predicted=labels.decode(scored["predicted"], both := model.classifier.classes))
    association = files.read_json(of.association)
    ends = intervals.of_lane(rows, model.preparation, association, of, lane.target, both[1])
    named = intervals.beside(named, ends)
    with clock(f"writing {paths.scored(batch)}"):
        came = read.as_it_came(path)
        if len(came) != len(table):  # each prediction would stand in another's row
            raise RuntimeError(f"{path} has {len(table)} rows for one reader and {len(came)} for the other")
        predictions = came.join(named, how="inner")
        files.write_csv(paths.scored(batch), predictions)
    found = cautions.of_dropped(dropped, "rows") | cautions.of_range(rows, model.classifier, "rows")
    counts: Any = {name: int(scored[name].sum()) for name in scored.columns[2:]}  # after log_odds and probability
    by = intervals.how(association, len(rows))
    counts = {"rows": len(scored), **counts, "probability_interval": by, "cautions": cautions.content(found)}
    files.write_json(paths.scored_metrics(batch), counts)
    says = f"{counts['predicted']} of {len(scored)} rows are predicted {labels.written(both[1])} by {settings.model}"
    warnings = [terminal.wrapped(f"warning: {batch}: {caution}") for caution in found.values()]
    print(f"{batch}: {says}", *first_rows(predictions, len(predictions), paths.scored(batch)), *warnings, sep="\n")
