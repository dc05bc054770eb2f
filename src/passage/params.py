"""params.yaml: what may stand in it, and how it is read.

The classes are the reference of every key; params.schema.json is made from them.
"""

import math
import re
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, Literal, Self, TypeVar

from annotated_types import Ge, Gt, Le, Lt, MaxLen, MinLen
from pydantic import (
    AfterValidator,
    AllowInfNan,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from passage import findings, paths
from passage.errors import Mistake
from passage.labels import written

AUTO = "auto"

# Solvers whose ten digits were the same with every kernel and number of threads (docs/reproducibility.md).
SAME_EVERYWHERE = ("newton-cholesky", "sag", "saga")
NEWTON = 200  # columns up to which auto is newton-cholesky

Seed = Annotated[int, Ge(0), Lt(2**32)]
Share = Annotated[float, Ge(0), Le(1)]
Folds = Annotated[int, Ge(2), Le(100)]

# Whatever is not the word is meant as a number, so a wrong one gets one line and not one for each alternative.
Number = TypeVar("Number", bound=float)
NumberOrAuto = Annotated[
    Annotated[Number, Tag(findings.NUMBER)] | Annotated[Literal["auto"], Tag(AUTO)],
    Discriminator(lambda value: AUTO if value == AUTO else findings.NUMBER),
]

# Columns that the pipeline adds to a table of predictions.
ADDED_COLUMNS = ("actual", "log_odds", "probability", "predicted", "outside_training_range", "unseen_category")


def _lane_name(name: str) -> str:
    if not (name.isascii() and name.replace("_", "").replace("-", "").isalnum()) or name == "score":
        raise findings.wrong(name, "a name must consist of letters, digits, _ and -, and must not be score")
    return name


def _raw_table(name: str) -> str:
    path = Path(name)
    if not path.is_relative_to(paths.RAW) or ".." in path.parts or path.suffix not in (".csv", ".parquet"):
        raise findings.wrong(name, f"it must be a .csv or .parquet file below {paths.RAW}/")
    return name


# Dates and times as ISO 8601 writes them in full; 03/04/2026 would be a guess.
ISO_TIME = re.compile(r"\d{4}-\d{2}(-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}(:?\d{2})?)?)?)?", re.ASCII)
TIMES = "a date or time as 2026-03-01, 2026-03-01T09:30 or, with its time zone, 2026-03-01T09:30+01:00"


def _date_or_number(value: object) -> object:
    """Return a time in ISO 8601 (text) or a finite number as it is."""
    if isinstance(value, date):
        raise findings.wrong(value, f'it must be in quotes, "{value.isoformat()}", since DVC takes no bare date')
    if not (_is_time(value) if isinstance(value, str) else _is_number(value)):
        raise findings.wrong(value, f"it must be a number, or {TIMES}")
    return value


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _is_time(text: str) -> bool:
    try:
        datetime.fromisoformat(f"{text}-01" if len(text) == len("2026-03") else text)
    except ValueError:
        return False
    return bool(ISO_TIME.fullmatch(text))


def _label(label: object) -> object:
    if not isinstance(label, str | bool | int) or label == "":
        raise findings.wrong(label, "it must be a text, a whole number, true or false")
    return label


def _value(value: object) -> object:
    if not isinstance(value, str | bool | int) and not _is_number(value):
        raise findings.wrong(value, "it must be a text, a number, true or false")
    return value


Name = Annotated[str, AfterValidator(_lane_name)]
Label = Annotated[str | bool | int, BeforeValidator(_label)]
Value = Annotated[str | bool | int | float, BeforeValidator(_value)]
Limit = Annotated[float, AllowInfNan(False)]
DateOrNumber = Annotated[float | str, BeforeValidator(_date_or_number)]
RawTable = Annotated[str, AfterValidator(_raw_table)]
Column = Annotated[str, MinLen(1)]
Phrase = Annotated[str, MinLen(1), MaxLen(200)]


class Settings(BaseModel):
    """No unknown keys, no conversions (an int may stand for a float), no changes after reading."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Split(Settings):
    """Which rows train and which test; keys that the chosen method does not use may stay."""

    model_config = ConfigDict(json_schema_extra=lambda schema: schema.update(allOf=_needed_by_method()))

    method: Literal["random", "column", "hash", "group", "time", "none"] = Field(
        description="random: by chance; column: as a column of the table says, train or test; hash: by the identifier "
        "of each row, which keeps its side whatever happens to the others; group: by chance, rows with the same value "
        "of a column together; time: earlier rows train, later ones test; none: every row trains"
    )
    test_size: Annotated[float, Gt(0), Lt(1)] | None = Field(
        default=None, description="share of the rows that test", validate_default=True
    )
    stratify: bool | None = Field(
        default=None,
        description="keep the share of the positive label the same on both sides",
        validate_default=True,
    )
    seed: Seed | None = Field(default=None, description="another seed, another split", validate_default=True)
    column: Column | None = Field(
        default=None,
        description="column: the column that says train or test; hash, group: the one that says whose row it is; time: "
        "the one of dates, times or numbers",
        validate_default=True,
    )
    test_from: DateOrNumber | None = Field(
        default=None,
        description="rows before it train, the others test; a number, or in quotes a date or time in ISO 8601",
        validate_default=True,
    )

    @field_validator("test_size", "stratify", "seed", "column", "test_from")
    @classmethod
    def _needed(cls, value: object, info: ValidationInfo) -> object:
        method = info.data.get("method")
        if value is None and info.field_name in _SPLIT_KEYS.get(method, ()):
            raise findings.wrong(None, f"split.method {method} needs it")
        return value

    @property
    def named_column(self) -> str | None:
        """The column that the method goes by, where it goes by one."""
        return self.column if "column" in _SPLIT_KEYS[self.method] else None

    @property
    def mark(self) -> str | None:
        """The column whose values say which rows belong together or come first, in a cross-validation, too."""
        return None if self.method == "column" else self.named_column

    @property
    def past_only(self) -> bool:
        """Whether a row may be predicted from earlier rows alone, by the column `mark`."""
        return self.method == "time"

    def used(self) -> dict[str, Any]:
        """Return the keys that the method uses, with their values."""
        return self.model_dump(include={"method", *_SPLIT_KEYS[self.method]})


_SPLIT_KEYS: dict[str | None, tuple[str, ...]] = {
    "random": ("test_size", "stratify", "seed"),
    "column": ("column",),
    "hash": ("column", "test_size", "seed"),
    "group": ("column", "test_size", "stratify", "seed"),
    "time": ("column", "test_from"),
    "none": (),
}


def _needed_by_method() -> list[Any]:
    """Return which keys each method of a split needs, as JSON schema has it."""
    return [
        {"if": {"properties": {"method": {"const": method}}, "required": ["method"]}, "then": {"required": list(keys)}}
        for method, keys in _SPLIT_KEYS.items()
        if keys
    ]


class ColumnSettings(Settings):
    """What a column holds, how it is prepared where it is a feature, and what its values must be.

    What only checks (minimum, maximum, allowed, unique, nullable) has no part in a result. It holds for raw tables and,
    but for the target's, for tables to score.
    """

    kind: Literal["number", "category", "boolean"] = Field(
        default="number", description="number; category: a text, one-hot against its reference; boolean: true or false"
    )
    missing: Literal["error", "median", "most_frequent", "drop"] = Field(
        default="error",
        description="a value that is missing is an error, filled from the training rows, or a reason to drop its row",
    )
    indicator: bool = Field(default=False, description="a further column of 0 and 1 says where the value was missing")
    reference: Label | None = Field(
        default=None, description="what a category is read against; default: the training rows' most frequent one"
    )
    unseen: Literal["error", "reference"] = Field(
        default="error", description="a category that no training row has is an error, or counts as the reference"
    )
    minimum: Limit | None = Field(default=None, description="least number allowed")
    maximum: Limit | None = Field(default=None, description="greatest number allowed")
    allowed: Annotated[list[Value], MinLen(1)] | None = Field(default=None, description="every value allowed")
    unique: bool = Field(default=False, description="no value may come twice; gaps are no values")
    nullable: bool | None = Field(
        default=None,
        description="whether a value may be missing; default: of a feature, missing says it; of another column, it may",
    )

    @field_validator(
        "missing", "indicator", "reference", "unseen", "minimum", "maximum", "allowed", "unique", "nullable"
    )
    @classmethod
    def _makes_sense(cls, value: Any, info: ValidationInfo) -> Any:
        kind, missing = info.data.get("kind"), info.data.get("missing")
        match info.field_name:
            case "missing" if value == "median" and kind != "number":
                raise findings.wrong(value, f"a {kind} has no median; most_frequent, drop and error are left")
            case "indicator" if value and missing in ("error", "drop"):
                raise findings.wrong(value, f"where missing is {missing} nothing is filled; median or most_frequent is")
            case "reference" | "unseen" if value not in (None, "error") and kind != "category":
                raise findings.wrong(value, f"only a category has it, and this is a {kind}")
            case "minimum" | "maximum" if value is not None and kind != "number":
                raise findings.wrong(value, f"only a number has it, and this is a {kind}")
            case "maximum" if value is not None and (least := info.data.get("minimum")) is not None and value < least:
                raise findings.wrong(value, f"it must not be less than minimum, which is {least:.15g}")
            case "unique" if value and kind == "boolean":
                raise findings.wrong(value, "a boolean has two values, and there are more rows")
            case "allowed" if value is not None:
                cls._allows(value, info)
            case "nullable" if value is False and missing != "error":
                raise findings.wrong(value, f"missing is {missing}, which says what to do with a value that is missing")
        return value

    @staticmethod
    def _allows(values: list[Any], info: ValidationInfo) -> None:
        kind = info.data.get("kind")
        if kind == "boolean":
            raise findings.wrong(values, "a boolean is true or false")
        for position, value in enumerate(values if kind == "number" else []):
            if not _is_number(value):
                rule = "it must be a number; a column of text has kind: category"
                raise findings.wrong(value, rule, str(position))
            least, greatest = (info.data.get(key) for key in ("minimum", "maximum"))
            if (least is not None and value < least) or (greatest is not None and value > greatest):
                raise findings.wrong(value, "it must not be below minimum or above maximum", str(position))
        reference = info.data.get("reference")
        if reference is not None and written(reference) not in map(written, values):
            raise findings.wrong(values, f"the reference, {written(reference)}, must be among them")

    @property
    def checks(self) -> bool:
        """Whether a value of the right kind may still be wrong."""
        return self.unique or self.nullable is False or self._asks_for_a_kind

    @property
    def said_kind(self) -> str | None:
        """The kind of a column that is no feature: the one that is said or that a rule is for, else none."""
        return self.kind if "kind" in self.model_fields_set or self._asks_for_a_kind else None

    @property
    def _asks_for_a_kind(self) -> bool:
        return any(rule is not None for rule in (self.minimum, self.maximum, self.allowed))

    @property
    def reference_text(self) -> str:
        """The reference as a table has it, nothing where it is the most frequent category."""
        return "" if self.reference is None else written(self.reference)

    def used(self) -> dict[str, Any]:
        """Return what has a part in a result and is not the default."""
        return self.model_dump(include=_PREPARING, exclude_defaults=True)


_PREPARING = {"kind", "missing", "indicator", "reference", "unseen"}


class Normalize(Settings):
    """How features are brought to a common scale."""

    method: Literal["standard", "minmax", "none"] = Field(
        description="standard: mean 0 and standard deviation 1; minmax: from 0 to 1; none: as they are"
    )
    fit_on: Literal["train", "all"] = Field(
        description="train: statistics of the training rows only; all: of the test rows, too (the lesson's way)"
    )


class Tune(Settings):
    """How C and the threshold are chosen where they are auto: by cross-validation of the training rows."""

    C: Annotated[list[Annotated[float, Ge(1e-100), Le(1e100)]], MinLen(2)] = Field(
        default=[0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1000.0],
        description="train.C auto: the values of C that are tried",
    )
    criterion: Literal["accuracy", "balanced_accuracy", "f1"] = Field(
        default="balanced_accuracy", description="threshold auto: what the chosen threshold makes greatest"
    )
    folds: Folds = Field(default=5, description="parts that the training rows are divided into")
    seed: Seed = Field(default=0, description="another seed, another division")


class Train(Settings):
    """The settings of scikit-learn's LogisticRegression, by its names, and how to choose what is auto."""

    C: NumberOrAuto[Annotated[float, Gt(0)]] = Field(
        description="inverse strength of the penalty; .inf (after -S: inf): no penalty; auto: chosen from tune.C by "
        "log loss"
    )
    l1_ratio: Share = Field(description="0: L2 penalty; 1: L1; between: both (elastic net)")
    solver: Literal["lbfgs", "liblinear", "newton-cg", "newton-cholesky", "sag", "saga", "auto"] = Field(
        description="newton-cholesky ends closest to the optimum; the others end near it, and lbfgs, liblinear and "
        "newton-cg not in the same ten digits on each processor; auto: newton-cholesky, or lbfgs for more than 200 "
        "columns of numbers, or saga for an L1 penalty"
    )
    tol: Annotated[float, Gt(0), Lt(1)] = Field(description="when the solver stops")
    max_iter: Annotated[int, Ge(1), Lt(2**31)] = Field(description="iterations that the solver may take")
    seed: Seed = Field(description="random_state; only sag, saga and liblinear use it")
    class_weight: Literal["balanced"] | None = Field(
        description="balanced: both classes weigh the same; null: each row weighs the same"
    )
    tune: Tune = Field(default=Tune(), description="used where C or threshold is auto")

    @field_validator("C")
    @classmethod
    def _within_reach(cls, C: float | str) -> float | str:  # noqa: N803 (scikit-learn's name)
        if not (isinstance(C, str) or 1e-100 <= C <= 1e100 or math.isinf(C)):
            raise findings.wrong(C, "it must be from 1e-100 to 1e100, .inf for no penalty, or auto")
        return C

    @field_validator("solver")
    @classmethod
    def _solves(cls, solver: str, info: ValidationInfo) -> str:
        l1_ratio = info.data.get("l1_ratio", 0)
        if l1_ratio == 1 and solver not in ("liblinear", "saga", AUTO):
            raise findings.wrong(solver, "train.l1_ratio 1 needs liblinear or saga")
        if 0 < l1_ratio < 1 and solver not in ("saga", AUTO):
            raise findings.wrong(solver, f"train.l1_ratio {l1_ratio} needs saga")
        unpenalised = info.data.get("C") == math.inf
        if unpenalised and solver == "liblinear":
            raise findings.wrong(solver, "without a penalty (C of .inf) it must be another solver")
        if unpenalised and l1_ratio > 0:
            raise findings.wrong(solver, "without a penalty (C of .inf) train.l1_ratio must be 0")
        return solver


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


class Lane(Settings):
    """One model: its table, its columns and what each stage does with them."""

    data: RawTable = Field(description="the table, a .csv or .parquet file below data/raw/")
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
                raise findings.wrong(feature, "each feature may be named only once", key)
            if feature == info.data.get("target"):
                raise findings.wrong(feature, "the target must not be among the features", key)
            if feature in ADDED_COLUMNS:
                raise findings.wrong(
                    feature, f"the tables of predictions use the names {', '.join(ADDED_COLUMNS)}", key
                )
        return features

    @field_validator("columns")
    @classmethod
    def _one_word_on_gaps(cls, columns: dict[str, ColumnSettings], info: ValidationInfo) -> dict[str, ColumnSettings]:
        for name, column in columns.items():
            if column.nullable and column.missing == "error" and name in info.data.get("features", []):
                rule = "of a feature, missing must then be median, most_frequent or drop, and it is error"
                raise findings.wrong(True, rule, f"{name}.nullable")
        return columns

    @field_validator("split")
    @classmethod
    def _own_column(cls, split: Split, info: ValidationInfo) -> Split:
        taken = [info.data.get("target", ""), *info.data.get("features", [])]
        if split.named_column in taken:
            raise findings.wrong(split.column, "it must be neither a feature nor the target", "column")
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
        """Return the features without which a row is dropped."""
        return [name for name in self.features if self.column(name).missing == "drop"]

    def column(self, name: str) -> ColumnSettings:
        """Return what column `name` holds: a number without gaps where nothing is said."""
        return self.columns.get(name, ColumnSettings())

    def used(self) -> dict[str, Any]:
        """Return the settings that have a part in the result.

        These are all but words, the keys of other split methods, how to choose where nothing is chosen, a positive
        label of 1, columns that are no features or say nothing, and what only checks.
        """
        settings = self.model_dump(exclude={"words"}) | {"split": self.split.used()}
        if written(self.positive) == "1":
            del settings["positive"]
        columns = {name: self.column(name).used() for name in self.features}
        settings["columns"] = {name: used for name, used in columns.items() if used}
        if not settings["columns"]:
            del settings["columns"]
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

    def solving(self, columns: int) -> Self:
        """Return the same settings with the solver that suits so many columns of numbers, where it is auto.

        newton-cholesky takes rows * columns**2 multiplications at each of few steps, lbfgs rows * columns at many.
        """
        if self.train.solver != AUTO:
            return self
        quick = "newton-cholesky" if columns <= NEWTON else "lbfgs"
        solver = "saga" if self.train.l1_ratio else quick
        return self.model_copy(update={"train": self.train.model_copy(update={"solver": solver})})

    def without(self, feature: str) -> Self:
        """Return the same settings for a model that does not know `feature`."""
        return self.model_copy(update={"features": [name for name in self.features if name != feature]})

    def saw_test_rows(self) -> bool:
        """Return whether the scaling was fitted on the test rows, too."""
        tests = self.split.method != "none"
        return tests and self.normalize.method != "none" and self.normalize.fit_on == "all"


class Batch(Settings):
    """New rows, and the model that predicts them."""

    model: str = Field(description="a name under models")
    data: RawTable = Field(
        description="the table of new rows, as .csv or .parquet below data/raw/; it needs the model's features"
    )


class MLflow(Settings):
    """Where the runs go."""

    experiment: Annotated[str, MinLen(1)] = Field(description="the name of the MLflow experiment")


class Params(Settings):
    """The whole of params.yaml."""

    models: Annotated[dict[Name, Lane], MinLen(1)] = Field(description="one lane of stages for each entry")
    score: dict[Name, Batch] = Field(description="batches of new rows; {} for none")
    mlflow: MLflow

    @field_validator("score")
    @classmethod
    def _known_models(cls, score: dict[str, Batch], info: ValidationInfo) -> dict[str, Batch]:
        models = info.data.get("models")
        for name, batch in score.items():
            if models is not None and batch.model not in models:
                raise findings.wrong(batch.model, f"it must be one of {', '.join(models)}", f"{name}.model")
        return score

    def model(self, name: str) -> Lane:
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
        raise Mistake(findings.line(finding, Params) for finding in error.errors()) from None


def load() -> Params:
    """Return the checked settings of params.yaml."""
    try:
        text = paths.PARAMS.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise Mistake(f"{paths.PARAMS}: there is no such file; `git checkout {paths.PARAMS}` brings it back") from None
    except UnicodeDecodeError as error:
        raise Mistake(f"{paths.PARAMS}: byte {error.start + 1} is not UTF-8; save it as UTF-8") from None
    return parse(text)
