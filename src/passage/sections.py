"""What there is to say of one model: the content of its files, and words for it."""

import csv
import heapq
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from math import isnan
from pathlib import Path
from typing import Any

from passage import design, figures, files, paths, sentences
from passage.figures import Figure
from passage.labels import written
from passage.params import ADDED_COLUMNS, Lane, Params
from passage.result import beware
from passage.vocabulary import Vocabulary, vocabulary

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
    """What the page says of one model."""

    name: str
    settings: Lane
    words: Vocabulary
    model: dict[str, Any]
    scaler: dict[str, Any]
    metrics: dict[str, Any]
    association: dict[str, Any]
    beware: list[str]
    figures: list[Figure]
    predictions: list[Predictions]

    @property
    def confidence(self) -> float:
        """How often the intervals are to hold the truth."""
        return float(self.association["confidence"])

    @property
    def answer(self) -> str:
        """The model's answer in one paragraph."""
        return sentences.answer(self.metrics, self.confidence, self.words, self.beware)

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
    lane, of = settings.models[name], paths.Lane(name)
    model, metrics, association = (files.read_json(path) for path in (of.model, of.metrics, of.association))
    scaler = files.read_json(of.scaler)
    words = vocabulary(lane, model["classes"], design.read(scaler)[1])
    pictures = {path.stem: path.read_text(encoding="utf-8") for path in of.pictures.iterdir()}
    say = partial(figures.words_for, metrics=metrics, confidence=association["confidence"], words=words)
    batches = [batch for batch, of_batch in settings.score.items() if of_batch.model == name]
    return Section(
        name=name,
        settings=lane,
        words=words,
        model=model,
        scaler=scaler,
        metrics=metrics,
        association=association,
        beware=list(beware(name, settings).values()),
        figures=[
            Figure(figures.embedded(pictures[kind], f"{name}-{kind}"), *say(kind))
            for kind in figures.ORDER
            if kind in pictures
        ],
        predictions=[
            predictions(f"Test {words.rows}", of.predictions, model, words),
            *(predictions(f"New rows: {batch}", paths.scored(batch), model, words) for batch in batches),
        ],
    )


def predictions(title: str, path: Path, model: Mapping[str, Any], words: Vocabulary) -> Predictions:
    """Return the predictions at `path`; of many, those that are most worth a look, in the table's order."""
    no, yes = map(written, model["classes"])
    signs = {no: 1, yes: -1}
    with path.open(encoding="utf-8", newline="") as lines:
        rows = csv.DictReader(lines)
        columns = [name for name in rows.fieldnames or [] if name not in ADDED_COLUMNS]
        found = _Counted(rows)
        worst = heapq.nlargest(MOST_ROWS, enumerate(found), key=lambda row: _worth_a_look(row[0], row[1], signs))
    shown = [_shown(row, columns, model, words) for _, row in sorted(worst, key=lambda row: row[0])]
    return Predictions(title, path, columns, shown, found.count)


class _Counted:
    """An iterable that knows afterwards how many there were."""

    def __init__(self, rows: Iterable[dict[str, str]]) -> None:
        self.rows, self.count = rows, 0

    def __iter__(self) -> Iterator[dict[str, str]]:
        for row in self.rows:
            self.count += 1
            yield row


def _worth_a_look(position: int, row: Mapping[str, str], signs: Mapping[str, int]) -> tuple[bool, float, int]:
    """Return how much a row is worth a look: outside the training range, or what happened was thought unlikely.

    signs: by label, that of the log-odds at which it would be a surprise.
    """
    surprise = signs.get(row.get("actual", ""), 0) * float(row["log_odds"])
    return row.get("outside_training_range") == "true", surprise, -position


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
    if text == "" or text in map(written, values):
        return ""
    return f"no training row has {name} {text}"
