"""One entry under `models`: a table, its columns and what each stage does with them."""

from typing import Annotated, Any, Literal, Self

from annotated_types import Ge, Le, Lt, MaxLen, MinLen
from pydantic import Field, ValidationInfo, field_validator

from passage.base import blocks
from passage.params import messages
from passage.params.columns import LABELLING, PREPARING, ColumnSettings
from passage.params.labels import REST, written
from passage.params.split import Split
from passage.params.train import NEWTON, Train
from passage.params.types import (
    ADDED_COLUMNS,
    AUTO,
    Column,
    Folds,
    Label,
    NumberOrAuto,
    Phrase,
    RawTable,
    Seed,
    Settings,
    Share,
)


class Normalize(Settings):
    """How features are brought to a common scale."""

    method: Literal["standard", "minmax", "none"] = Field(
        description="standard: mean 0 and standard deviation 1; minmax: from 0 to 1; none: as they are"
    )
    fit_on: Literal["train", "all"] = Field(
        description="train: statistics of the training rows only; all: of the test rows, too (the lesson's way)"
    )


class Evaluate(Settings):
    """How it is found out how good a model is, and how sure that is."""

    confidence: Annotated[float, Ge(0.5), Lt(1)] = Field(
        description="how often an interval is to hold the truth: 0.95 for 95 %"
    )
    folds: Folds = Field(description="parts that all rows are divided into for the cross-validation")
    repeats: Annotated[int, Ge(1), Le(1000)] = Field(description="how often the rows are divided anew")
    seed: Seed = Field(description="another seed, other divisions")


class ColumnWords(Settings):
    """What a feature is called in sentences and pictures."""

    unit: Phrase | None = Field(default=None, description="what its numbers count: hours")
    more: Phrase | None = Field(
        default=None, description="what sets a row with one unit more apart: who studied one hour more"
    )


class Words(Settings):
    """The words of the sentences and pictures; where one is missing, the names of the columns serve."""

    question: Phrase | None = Field(default=None, description="what the model answers: Will a student pass the exam?")
    rows: Phrase = Field(default="rows", description="what the rows of the table are: students")
    outcome: Phrase | None = Field(
        default=None, description="what the positive label of the target is: passing the exam"
    )
    classes: Annotated[list[Phrase], MinLen(2), MaxLen(2)] | None = Field(
        default=None, description="what a row without and one with the positive label is: failed, passed"
    )
    columns: dict[Column, ColumnWords] = Field(default={}, description="by feature")


class ModelSettings(Settings):
    """One model: its table, its columns and what each stage does with them."""

    data: RawTable = Field(description="the table, a .csv or .parquet file below data/raw/, or a folder of them")
    target: Column = Field(description="the column to predict, which has two labels")
    positive: Label = Field(description="which of the target's two labels is predicted", examples=[1])
    features: Annotated[list[Column], MinLen(1)] = Field(description="the columns to predict from")
    columns: dict[Column, ColumnSettings] = Field(
        description="by column: what it holds, and what to do where it is missing; others are numbers without gaps",
        examples=[{}],
    )
    split: Split
    normalize: Normalize
    train: Train
    threshold: NumberOrAuto[Share] = Field(
        description="predict positive where the probability is at least this; auto: chosen by train.tune.criterion"
    )
    evaluate: Evaluate
    words: Words = Field(default=Words(), description="for people; no number depends on it")

    @field_validator("features")
    @classmethod
    def _distinct(cls, features: list[str], info: ValidationInfo) -> list[str]:
        for position, feature in enumerate(features):
            key = str(position)
            if feature in features[:position]:
                raise messages.wrong(feature, "each feature may be named only once", key)
            if feature == info.data.get("target"):
                raise messages.wrong(feature, "the target must not be among the features", key)
            if feature in ADDED_COLUMNS:
                raise messages.wrong(
                    feature, f"the tables of predictions use the names {', '.join(ADDED_COLUMNS)}", key
                )
        return features

    @field_validator("columns")
    @classmethod
    def _as_they_are_used(cls, columns: dict[str, ColumnSettings], info: ValidationInfo) -> dict[str, ColumnSettings]:
        target, positive = info.data.get("target"), info.data.get("positive")
        for name, column in columns.items():
            if name == target and column.missing not in ("error", "drop"):
                raise messages.wrong(column.missing, "of the target, error and drop are left", f"{name}.missing")
            if column.others == REST and name != target:
                raise messages.wrong(REST, f"only the target has it, which is {target}", f"{name}.others")
            if column.others == REST and (not isinstance(positive, str) or positive == REST):
                rule = "positive must then be a text, in quotes where it is a number, and another one"
                raise messages.wrong(REST, rule, f"{name}.others")
            if column.nullable and column.missing == "error" and name in info.data.get("features", []):
                rule = "of a feature, missing must then be median, most_frequent, category or drop, and it is error"
                raise messages.wrong(True, rule, f"{name}.nullable")
        return columns

    @field_validator("split")
    @classmethod
    def _own_column(cls, split: Split, info: ValidationInfo) -> Split:
        taken = [info.data.get("target", ""), *info.data.get("features", [])]
        if split.named_column in taken:
            raise messages.wrong(split.column, "it must be neither a feature nor the target", "column")
        return split

    def needed_columns(self, name: str) -> dict[str, str]:
        """Return the columns that the table of lane `name` must have, each with the full key that names it."""
        named = {self.target: "target"} | dict.fromkeys(self.features, "features")
        if self.split.named_column is not None:
            named[self.split.named_column] = "split.column"
        for key, columns in (("columns", list(self.columns)), ("words.columns", list(self.words.columns))):
            for column in columns:  # may be that of a feature that an experiment leaves out
                named.setdefault(column, key)
        return {column: f"models.{name}.{key}" for column, key in named.items()}

    def categories(self) -> list[str]:
        """Return the features that are categories."""
        return [name for name in self.features if self.column(name).kind == "category"]

    def text_columns(self) -> list[str]:
        """Return the columns whose values are text, whatever they look like."""
        kinds: dict[str, str] = {name: self.column(name).kind for name in self.features}
        kinds |= {name: one.said_kind or "text" for name, one in self.only_checked().items()}
        texts = [name for name, kind in kinds.items() if kind != "number"]
        return [*texts, self.target] if isinstance(self.positive, str | bool) else texts

    def only_checked(self) -> dict[str, ColumnSettings]:
        """Return what the columns that are no features must hold, by column, where anything is said of it."""
        return {
            name: one
            for name, one in self.columns.items()
            if name not in self.features and (one.checks or one.said_kind is not None)
        }

    def dropping(self) -> list[str]:
        """Return the features, and the target, without which a row is dropped."""
        return [name for name in [*self.features, self.target] if self.column(name).missing == "drop"]

    def column(self, name: str) -> ColumnSettings:
        """Return what column `name` holds: a number without gaps where nothing is said."""
        return self.columns.get(name, ColumnSettings())

    def used(self) -> dict[str, Any]:
        """Return the settings that have a part in the result.

        These are all but words, the keys of other split methods, how to choose where nothing is chosen, a positive
        label of 1, columns that are neither features nor the target or say nothing, and what only checks.
        """
        settings = self.model_dump(exclude={"words", "columns"}) | {"split": self.split.used()}
        if written(self.positive) == "1":
            del settings["positive"]
        asked = dict.fromkeys(self.features, PREPARING) | {self.target: LABELLING}
        columns = {name: self.column(name).model_dump(include=of, exclude_defaults=True) for name, of in asked.items()}
        if used := {name: one for name, one in columns.items() if one}:
            settings["columns"] = used
        if not self.chooses():
            del settings["train"]["tune"]
        return settings

    def chooses(self) -> bool:
        """Return whether C or the threshold is auto, so that it is chosen by cross-validation."""
        return bool(self.autos())

    def autos(self) -> list[str]:
        """Return the keys, below the model's, that are auto."""
        return [key for key, value in {"train.C": self.train.C, "threshold": self.threshold}.items() if value == AUTO]

    def holding(self, C: float, threshold: float) -> Self:  # noqa: N803 (scikit-learn's name)
        """Return the same settings with these numbers in the place of whatever was there, auto or not."""
        return self.model_copy(update={"train": self.train.model_copy(update={"C": C}), "threshold": threshold})

    def solving(self, columns: int, rows: int) -> Self:
        """Return the same settings with the solver that suits so many columns of numbers and rows that train, if auto.

        newton-cholesky takes rows * columns**2 multiplications at each of few steps, lbfgs rows * columns at many; of
        rows that are read by blocks, each step is a pass over all.
        """
        if self.train.solver != AUTO:
            return self
        quick = "newton-cholesky" if columns <= NEWTON or blocks.is_large(rows, columns) else "lbfgs"
        solver = "saga" if self.train.l1_ratio else quick
        return self.model_copy(update={"train": self.train.model_copy(update={"solver": solver})})

    def without(self, feature: str) -> Self:
        """Return the same settings for a model that does not know `feature`."""
        return self.model_copy(update={"features": [name for name in self.features if name != feature]})

    def saw_test_rows(self) -> bool:
        """Return whether the scaling was fitted on the test rows, too."""
        return self.normalize.fit_on == "all" and "none" not in (self.split.method, self.normalize.method)
