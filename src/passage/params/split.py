"""`split` of a model: which rows train and which test."""

from typing import Annotated, Any, Literal

from annotated_types import Gt, Lt
from pydantic import ConfigDict, Field, ValidationInfo, field_validator

from passage.params import messages
from passage.params.types import Column, DateOrNumber, Seed, Settings

_SPLIT_KEYS: dict[str | None, tuple[str, ...]] = {
    "random": ("test_size", "stratify", "seed"),
    "column": ("column",),
    "hash": ("column", "test_size", "seed"),
    "group": ("column", "test_size", "stratify", "seed"),
    "time": ("column", "test_from"),
    "none": (),
}
_NEEDED: list[Any] = [
    {"if": {"properties": {"method": {"const": method}}, "required": ["method"]}, "then": {"required": list(keys)}}
    for method, keys in _SPLIT_KEYS.items()
    if keys
]


class Split(Settings):
    """Which rows train and which test; keys that the chosen method does not use may stay."""

    model_config = ConfigDict(validate_default=True, json_schema_extra={"allOf": _NEEDED})

    method: Literal["random", "column", "hash", "group", "time", "none"] = Field(
        description="random: by chance; column: as a column of the table says, train or test; hash: by the identifier "
        "of each row, which keeps its side whatever happens to the others; group: by chance, rows with the same value "
        "of a column together; time: earlier rows train, later ones test; none: every row trains"
    )
    test_size: Annotated[float, Gt(0), Lt(1)] | None = Field(default=None, description="share of the rows that test")
    stratify: bool | None = Field(
        default=None, description="keep the share of the positive label the same on both sides"
    )
    seed: Seed | None = Field(default=None, description="another seed, another split")
    column: Column | None = Field(
        default=None,
        description="column: the column that says train or test; hash, group: the one that says whose row it is; time: "
        "the one of dates, times or numbers",
    )
    test_from: DateOrNumber | None = Field(
        default=None,
        description="rows before it train, the others test; a number, or in quotes a date or time in ISO 8601",
    )

    @field_validator("test_size", "stratify", "seed", "column", "test_from")
    @classmethod
    def _needed(cls, value: object, info: ValidationInfo) -> object:
        method = info.data.get("method")
        if value is None and info.field_name in _SPLIT_KEYS.get(method, ()):
            raise messages.wrong(None, f"split.method {method} needs it")
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

    @property
    def training_share(self) -> float | None:
        """About which share of many rows trains, where the method alone says so."""
        match self.method:
            case "none":
                return 1.0
            case "random" | "hash":
                return 1 - (self.test_size or 0.0)
            case _:
                return None

    def used(self) -> dict[str, Any]:
        """Return the keys that the method uses, with their values."""
        return self.model_dump(include={"method", *_SPLIT_KEYS[self.method]})
