"""What there is to say of one model: the content of its files, and words for it."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from math import isnan
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as compute
import pyarrow.csv as pc

from passage.association import estimates
from passage.base import files, paths
from passage.evaluation.vocabulary import Vocabulary, vocabulary
from passage.model import design
from passage.params import Params
from passage.params.labels import written
from passage.params.model import ModelSettings
from passage.params.types import ADDED_COLUMNS
from passage.report import captions, sentences
from passage.report.captions import Figure

MOST_ROWS = 50  # of a table of predictions


@dataclass(frozen=True)
class Row:
    """One row of a table of predictions. values: of its own columns, as text. marks: what is wrong with it."""

    values: list[str]
    actual: str
    probability: float
    predicted: str
    marks: list[str]


@dataclass(frozen=True)
class Predictions:
    """A table of predictions. total: how many rows there are; as many as are worth a look are shown."""

    title: str
    path: Path
    columns: list[str]
    rows: list[Row]
    total: int


@dataclass(frozen=True)
class Section:
    """What the page says of one model. beware: a sentence for each kind. batches: of new rows, that it predicts."""

    name: str
    settings: ModelSettings
    words: Vocabulary
    model: dict[str, Any]
    scaler: dict[str, Any]
    metrics: dict[str, Any]
    association: dict[str, Any]
    beware: dict[str, str]
    batches: list[str]

    @cached_property
    def figures(self) -> list[Figure]:
        """The model's pictures, in their order."""
        pictures = {
            path.stem: path.read_text(encoding="utf-8") for path in paths.ModelPaths(self.name).pictures.iterdir()
        }
        say = partial(captions.words_for, metrics=self.metrics, confidence=self.confidence, words=self.words)
        return [
            Figure(captions.embedded(pictures[kind], f"{self.name}-{kind}"), *say(kind))
            for kind in captions.ORDER
            if kind in pictures
        ]

    @cached_property
    def predictions(self) -> list[Predictions]:
        """The predictions of test rows and of each batch."""
        tables = {f"Test {self.words.rows}": paths.ModelPaths(self.name).predictions}
        tables |= {f"New rows: {batch}": paths.scored(batch) for batch in self.batches}
        return [predictions(title, path, self.model, self.words) for title, path in tables.items()]

    @property
    def confidence(self) -> float:
        """How often the intervals are to hold the truth."""
        return float(self.association["confidence"])

    @property
    def step(self) -> str:
        """Which step a normalized coefficient is of; nothing where features are as they are."""
        return {"standard": "one standard deviation", "minmax": "from the least to the greatest"}.get(
            self.settings.normalize.method, ""
        )

    @property
    def estimator(self) -> str:
        """Whose the odds with intervals are."""
        return estimates.estimator(self.association)

    @property
    def test_name(self) -> str:
        """Which test says whether a feature tells something."""
        return estimates.test_name(self.association)

    @property
    def answer(self) -> str:
        """The model's answer in one paragraph."""
        return sentences.answer(self.metrics, self.confidence, self.words, list(self.beware.values()))

    @property
    def told(self) -> str:
        """The answer without what to beware of, and what the cross-validation came to, for the terminal."""
        answer = sentences.answer(self.metrics, self.confidence, self.words, [])
        return f"{answer} {sentences.cross_validated(self.metrics, self.words) or 'There is no cross-validation.'}"

    @property
    def by_time(self) -> bool:
        """Whether the cross-validation predicted later rows from earlier ones alone."""
        return sentences.by_time(self.metrics)

    @property
    def short_answer(self) -> str:
        """The same in one line."""
        return sentences.short(self.metrics, self.confidence, self.words)


def section(name: str, settings: Params) -> Section:
    """Return what the files of lane `name` and of its batches say."""
    lane, of = settings.models[name], paths.ModelPaths(name)
    model, metrics, association = (files.read_json(path) for path in (of.model, of.metrics, of.association))
    scaler = files.read_json(of.scaler)
    words = vocabulary(lane, model["classes"], design.read(scaler)[1])
    batches = [batch for batch, of_batch in settings.score.items() if of_batch.model == name]
    return Section(
        name=name,
        settings=lane,
        words=words,
        model=model,
        scaler=scaler,
        metrics=metrics,
        association=association,
        beware=_beware(metrics, batches),
        batches=batches,
    )


def predictions(title: str, path: Path, model: Mapping[str, Any], words: Vocabulary) -> Predictions:
    """Return the predictions at `path`; of many, those that are most worth a look, in the table's order."""
    with path.open(encoding="utf-8", newline="") as lines:
        names = next(csv.reader(lines))
    table = pc.read_csv(
        path,
        parse_options=pc.ParseOptions(newlines_in_values=True),
        convert_options=pc.ConvertOptions(column_types=dict.fromkeys(names, pa.string())),
    )
    columns = [name for name in names if name not in ADDED_COLUMNS]
    worth_it = table.take(pa.array(_worth_a_look(table, written(model["classes"][0])), pa.int64()))
    shown = [_shown(row, columns, model, words) for row in worth_it.to_pylist()]
    return Predictions(title, path, columns, shown, table.num_rows)


def _worth_a_look(table: pa.Table, negative: str) -> list[int]:
    """Return which rows are most worth a look: outside the training range, or what happened was thought unlikely.

    table: of text. negative: the label of which great log-odds are a surprise.
    """
    names, log_odds = table.column_names, compute.cast(table["log_odds"], pa.float64())
    surprise, outside = compute.multiply(log_odds, 0.0), compute.is_null(log_odds)
    if "actual" in names:
        surprise = compute.if_else(compute.equal(table["actual"], negative), log_odds, compute.negate(log_odds))
    if "outside_training_range" in names:
        outside = compute.equal(table["outside_training_range"], "true")
    looks = {"outside": outside.cast(pa.int8()), "surprise": surprise, "row": pa.array(np.arange(table.num_rows))}
    order = [("outside", "descending"), ("surprise", "descending"), ("row", "ascending")]
    if not table.num_rows:  # of which pyarrow cannot choose
        return []
    found = compute.select_k_unstable(pa.table(looks), min(MOST_ROWS, table.num_rows), order)
    return sorted(found.to_pylist())


def _shown(row: Mapping[str, str], columns: list[str], model: Mapping[str, Any], words: Vocabulary) -> Row:
    predicted, actual = row["predicted"], row.get("actual")
    classes = dict(zip(map(written, model["classes"]), words.classes, strict=True))
    ranges = model["training_range"].items()
    return Row(
        values=[row[name] for name in columns],
        actual="" if actual is None else classes[actual],
        probability=float(row["probability"]),
        predicted=classes[predicted],
        marks=["wrong"] * (actual not in (None, predicted))
        + [f"not to be believed: {mark}" for name, limits in ranges if (mark := _outside(name, row[name], limits))],
    )


def _outside(name: str, text: str, limits: Mapping[str, Any]) -> str:
    """Return why a value, as it stands in the table, is outside the training range; nothing where it is not."""
    values = limits.get("values")
    if values is None:
        try:
            beyond = not limits["least"] <= float(text) <= limits["greatest"]
        except ValueError:  # it is missing
            return ""
        return f"{name} is outside the training range" if beyond and not isnan(float(text)) else ""
    if isinstance(values[0], bool):
        text = {"1": "true", "0": "false"}.get(text, text.lower())
    if text in map(written, values) or (text == "" and limits.get("gaps", True)):
        return ""
    return f"no training row has {name} {text or design.MISSING}"


def _beware(metrics: Mapping[str, Any], batches: list[str]) -> dict[str, str]:
    """Return what to beware of in a model and in its batches of new rows: a sentence for each kind."""
    found = {one["kind"]: one["sentence"] for one in metrics["cautions"]}
    for batch in batches:
        of_batch = files.read_json(paths.scored_metrics(batch))["cautions"]
        found |= {f"{one['kind']}.{batch}": f"{batch}: {one['sentence']}" for one in of_batch}
    return found
