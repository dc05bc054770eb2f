"""The page on all models: one self-contained file, with nothing in it that the stages' files do not say."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import jinja2

from passage.base import paths
from passage.base.files import file_hash
from passage.base.wording import listed, unbroken
from passage.evaluation import comparison
from passage.params import Params, flat_params
from passage.report import association, cards, effects, lead, numbers, sentences, tables, verdicts
from passage.report.predictions import predictions
from passage.report.sections import Section
from passage.report.tables import Table
from passage.report.who import who


def provenance(settings: Params) -> Table:
    """Return each raw table that is used: by which models and batches, and the SHA-256 of its bytes."""
    users: dict[str, list[str]] = {}
    for names in (settings.models, settings.score):
        for name, of in names.items():
            users.setdefault(of.data, []).append(name)
    rows = [[path, ", ".join(names), file_hash("sha256", Path(path))] for path, names in sorted(users.items())]
    caption = "The same bytes, parameters and packages give the same page."
    return Table("The tables and their hashes", ["table", "used by", "SHA-256"], rows, caption, text=True)


def parameters(settings: Params) -> Table:
    """Return every parameter by its full name."""
    return Table("Every parameter", ["parameter", "value"], list(flat_params(settings.model_dump())), text=True)


@dataclass(frozen=True)
class Group:
    """The models that answer one question. pairs: of which it is said which predicts better."""

    question: str
    sections: list[Section]

    @property
    def lead(self) -> str:
        """The answer in a sentence, and whether it beats guessing."""
        return " ".join(filter(None, [lead.of_group(self.sections), self.guessing]))

    @property
    def guessing(self) -> str:
        """Whether its models beat always guessing."""
        tested = {one.name: one.metrics["test"] for one in self.sections if one.metrics.get("test")}
        return verdicts.of_guessing({name: test["against_guessing"]["verdict"] for name, test in tested.items()})

    @property
    def pairs(self) -> list[str]:
        """Which of two models predicts better, on rows that both were held back from."""
        return [pair(one, other) for one, other in combinations(self.sections, 2)]


def pair(one: Section, other: Section) -> str:
    """Return which of two models predicts better: only of one table and label is that known."""
    found: dict[str, Any] = {"reason": "they are of different tables or labels"}
    if (one.settings.data, one.settings.positive) == (other.settings.data, other.settings.positive):
        first, second = (comparison.read(paths.ModelPaths(each.name).held_out) for each in (one, other))
        found = comparison.compare(first, second, one.confidence)
    return verdicts.of_pair(one.name, other.name, found)


def groups(sections: Iterable[Section]) -> list[Group]:
    """Return the models by what they answer: those of one question on one target, in their order."""
    found: dict[tuple[str, str], list[Section]] = {}
    for one in sections:
        question = one.settings.words.question
        found.setdefault((one.settings.target, question or one.settings.data), []).append(one)
    return [
        Group(of[0].settings.words.question or f"What goes with {of[0].words.outcome}?", of) for of in found.values()
    ]


def render(sections: Sequence[Section], settings: Params) -> str:
    """Return the page on all models of `settings`, from what their stages wrote: whatever comes from it is escaped."""
    environment = jinja2.Environment(
        autoescape=True,
        finalize=unbroken,
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        lstrip_blocks=True,
        trim_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters |= {name: getattr(numbers, name) for name in ("share", "level", "loss", "signed")}
    modules = (association, cards, effects, numbers, sentences, tables)
    return environment.get_template("page.html.jinja").render(
        groups=groups(sections),
        provenance=provenance(settings),
        parameters=parameters(settings),
        listed=listed,
        predictions=predictions,
        who=who,
        **{one.__name__.rpartition(".")[2]: one for one in modules},
    )
