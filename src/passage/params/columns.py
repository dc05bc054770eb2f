"""`columns` of a model: what each holds, and what its values must be."""

from typing import Annotated, Any, Literal

from annotated_types import MinLen
from pydantic import Field, ValidationInfo, field_validator

from passage.params import messages
from passage.params.labels import written
from passage.params.types import Label, Limit, Settings, Value, is_number

# What has a part in a result: of a feature, and of the target.
PREPARING, LABELLING = {"kind", "missing", "indicator", "reference", "unseen"}, {"missing", "others"}


class ColumnSettings(Settings):
    """What a column holds, how it is prepared where it is a feature, and what its values must be.

    What only checks (minimum, maximum, allowed, unique, nullable) has no part in a result. It holds for raw tables and,
    but for the target's, for tables to score.
    """

    kind: Literal["number", "category", "boolean"] = Field(
        default="number", description="number; category: a text, one-hot against its reference; boolean: true or false"
    )
    missing: Literal["error", "median", "most_frequent", "category", "drop"] = Field(
        default="error",
        description="a value that is missing is an error, filled from the training rows, a category of its own "
        "(named missing), or a reason to drop its row",
    )
    indicator: bool = Field(default=False, description="a further column of 0 and 1 says where the value was missing")
    others: Literal["error", "rest"] = Field(
        default="error",
        description="of the target: a third label is an error, or all labels but the positive one are one, named rest",
    )
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
            case "missing" if value == "median" and kind == "category":
                raise messages.wrong(
                    value, "a category has no median; category, most_frequent, drop and error are left"
                )
            case "missing" if value == "median" and kind == "boolean":
                raise messages.wrong(value, "a boolean has no median; most_frequent, drop and error are left")
            case "missing" if value == "category" and kind != "category":
                raise messages.wrong(value, f"a {kind} has no categories; with kind: category it has")
            case "indicator" if value and missing in ("error", "drop", "category"):
                raise messages.wrong(value, f"where missing is {missing} nothing is filled; median or most_frequent is")
            case "reference" | "unseen" if value not in (None, "error") and kind != "category":
                raise messages.wrong(value, f"only a category has it, and this is a {kind}")
            case "minimum" | "maximum" if value is not None and kind != "number":
                raise messages.wrong(value, f"only a number has it, and this is a {kind}")
            case "maximum" if value is not None and (least := info.data.get("minimum")) is not None and value < least:
                raise messages.wrong(value, f"it must not be less than minimum, which is {least:.15g}")
            case "unique" if value and kind == "boolean":
                raise messages.wrong(value, "a boolean has two values, and there are more rows")
            case "allowed" if value is not None:
                cls._allows(value, info)
            case "nullable" if value is False and missing != "error":
                raise messages.wrong(value, f"missing is {missing}, which says what to do with a value that is missing")
        return value

    @staticmethod
    def _allows(values: list[Any], info: ValidationInfo) -> None:
        kind = info.data.get("kind")
        if kind == "boolean":
            raise messages.wrong(values, "a boolean is true or false")
        for position, value in enumerate(values if kind == "number" else []):
            if not is_number(value):
                rule = "it must be a number; a column of text has kind: category"
                raise messages.wrong(value, rule, str(position))
            least, greatest = (info.data.get(key) for key in ("minimum", "maximum"))
            if (least is not None and value < least) or (greatest is not None and value > greatest):
                raise messages.wrong(value, "it must not be below minimum or above maximum", str(position))
        reference = info.data.get("reference")
        if reference is not None and written(reference) not in map(written, values):
            raise messages.wrong(values, f"the reference, {written(reference)}, must be among them")

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
