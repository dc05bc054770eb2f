"""The page on all models: one self-contained file, with nothing in it that the stages' files do not say."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2

from passage.base.files import file_hash
from passage.base.wording import listed
from passage.evaluation.odds import estimate
from passage.params import Params, flat_params
from passage.report import association, numbers, sentences
from passage.report.sections import Section


@dataclass(frozen=True)
class Table:
    """A raw table. used_by: models and batches. hash: SHA-256 of its bytes."""

    path: str
    used_by: list[str]
    hash: str


def provenance(settings: Params) -> list[Table]:
    """Return each raw table that is used."""
    users: dict[str, list[str]] = {}
    for names in (settings.models, settings.score):
        for name, of in names.items():
            users.setdefault(of.data, []).append(name)
    return [Table(path, names, file_hash("sha256", Path(path))) for path, names in sorted(users.items())]


def parameters(settings: Params) -> list[tuple[str, str]]:
    """Return every parameter by its full name."""
    return list(flat_params(settings.model_dump()))


def environment() -> jinja2.Environment:
    """Return what renders the page: whatever comes from a file is escaped."""
    made = jinja2.Environment(
        autoescape=True,
        finalize=unbroken,
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        lstrip_blocks=True,
        trim_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    made.filters |= {"share": numbers.share, "number": numbers.number, "level": numbers.level}
    return made


def unbroken(value: Any) -> Any:
    """Return text whose percentages stay on one line."""
    return value.replace(" %", "\N{NO-BREAK SPACE}%") if isinstance(value, str) else value


def render(sections: Sequence[Section], settings: Params) -> str:
    """Return the page on all models of `settings`, from what their stages wrote."""
    return (
        environment()
        .get_template("page.html.jinja")
        .render(
            sections=sections,
            questions=list(dict.fromkeys(filter(None, (one.settings.words.question for one in sections)))),
            tables=provenance(settings),
            parameters=parameters(settings),
            listed=listed,
            sentences=sentences,
            association=association,
            numbers=numbers,
            estimate=estimate,
        )
    )
