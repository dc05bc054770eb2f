"""What there is to say of one model: the content of its files, and words for it."""

from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

from passage.base import files, paths
from passage.evaluation.vocabulary import Vocabulary, vocabulary
from passage.model import design
from passage.params import Params
from passage.params.model import ModelSettings
from passage.report import brief, captions
from passage.report.captions import Figure


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

    @property
    def prepared(self) -> tuple[design.Feature, ...]:
        """How each feature is prepared."""
        return design.read(self.scaler)[0]

    @property
    def confidence(self) -> float:
        """How often the intervals are to hold the truth."""
        return float(self.association["confidence"])

    @property
    def brief(self) -> list[str]:
        """The answer in three sentences, for the terminal and MLflow."""
        return brief.brief(self.metrics, self.confidence, self.words)


def section(name: str, settings: Params) -> Section:
    """Return what the files of lane `name` and of its batches say."""
    lane, of = settings.models[name], paths.ModelPaths(name)
    model, metrics, association = (files.read_json(path) for path in (of.model, of.metrics, of.association))
    scaler = files.read_json(of.scaler)
    words = vocabulary(lane, model["classes"], design.read(scaler)[1], name)
    batches = [batch for batch, of_batch in settings.score.items() if of_batch.model == name]
    beware = {one["kind"]: one["sentence"] for one in metrics["cautions"]}
    for batch in batches:
        of_batch = files.read_json(paths.scored_metrics(batch))["cautions"]
        beware |= {f"{one['kind']}.{batch}": f"{batch}: {one['sentence']}" for one in of_batch}
    return Section(name, lane, words, model, scaler, metrics, association, beware, batches)
