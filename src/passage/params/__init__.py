"""params.yaml: what may stand in it, and how it is read.

The classes are the reference of every key; params.schema.json is made from them.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from annotated_types import MaxLen, MinLen
from pydantic import Field, ValidationError, ValidationInfo, field_validator
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from passage.base import conflict, paths
from passage.base.errors import Mistake
from passage.params import messages
from passage.params.model import ModelSettings
from passage.params.types import Name, RawTable, Settings


class Batch(Settings):
    """New rows, and the model that predicts them."""

    model: str = Field(description="a name under models")
    data: RawTable = Field(
        description="new rows, a file or folder below data/raw/ like a model's table; they need the model's features"
    )


class MLflow(Settings):
    """Where the runs go."""

    experiment: Annotated[str, MinLen(1), MaxLen(256)] = Field(  # of a store in PostgreSQL; MLflow itself takes 500
        description="the name of the MLflow experiment"
    )


class Params(Settings):
    """The whole of params.yaml."""

    models: Annotated[dict[Name, ModelSettings], MinLen(1)] = Field(description="one lane of stages for each entry")
    score: dict[Name, Batch] = Field(description="batches of new rows; {} for none")
    mlflow: MLflow

    @field_validator("score")
    @classmethod
    def _known_models(cls, score: dict[str, Batch], info: ValidationInfo) -> dict[str, Batch]:
        models = info.data.get("models")
        for name, batch in score.items():
            if models is not None and batch.model not in models:
                raise messages.wrong(batch.model, f"it must be one of {', '.join(models)}", f"{name}.model")
        return score

    def model(self, name: str) -> ModelSettings:
        """Return the settings of the model `name`; Mistake where there is none."""
        if name not in self.models:
            raise Mistake(f"{paths.PARAMS}: there is no models.{name}; models has {', '.join(self.models)}")
        return self.models[name]

    def batch(self, name: str) -> Batch:
        """Return the settings of the batch `name`; Mistake where there is none."""
        if name not in self.score:
            raise Mistake(f"{paths.PARAMS}: there is no score.{name}; score has {', '.join(self.score) or 'no entry'}")
        return self.score[name]


def read_yaml(text: str) -> Any:
    """Return the content of `text` as DVC reads it: YAML 1.2 (1e-09 is a number, yes a word), no key twice.

    Raises Mistake with the line where it is not YAML.
    """
    try:
        return YAML(typ="safe", pure=True).load(text)
    except MarkedYAMLError as error:
        line = "" if error.problem_mark is None else f", line {error.problem_mark.line + 1}"
        problem = str(error.problem).splitlines()[0]
        raise Mistake(f"{paths.PARAMS}{line}: this is not YAML: {problem}") from None
    except RecursionError:
        raise Mistake(f"{paths.PARAMS}: this is not YAML for people: it is nested hundreds of levels deep") from None
    except (YAMLError, ValueError) as error:  # a control character, a number of thousands of digits
        raise Mistake(f"{paths.PARAMS}: this is not YAML: {str(error).splitlines()[0]}") from None


def parse(text: str) -> Params:
    """Return the checked settings in `text`; Mistake with one line for each finding."""
    try:
        return Params.model_validate(read_yaml(text))
    except ValidationError as error:
        raise Mistake(messages.line(finding, Params) for finding in error.errors()) from None


def load() -> Params:
    """Return the checked settings of params.yaml."""
    try:
        text = paths.PARAMS.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise Mistake(f"{paths.PARAMS}: there is no such file; `git checkout {paths.PARAMS}` brings it back") from None
    except UnicodeDecodeError as error:
        raise Mistake(f"{paths.PARAMS}: byte {error.start + 1} is not UTF-8; save it as UTF-8") from None
    conflict.refuse(paths.PARAMS, text)
    return parse(text)


def flat_params(settings: Mapping[str, Any], prefix: str = "") -> Iterable[tuple[str, str]]:
    """Yield each setting as in params.yaml, by its dotted name; lists and empty values as JSON writes them."""
    for key, value in settings.items():
        if isinstance(value, dict):
            yield from flat_params(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
