"""What single values of params.yaml may be: names, numbers, times, labels."""

import math
import re
import unicodedata
from datetime import date, datetime
from typing import Annotated, Literal, TypeVar

from annotated_types import Ge, Le, Lt, MaxLen, MinLen
from pydantic import (
    AfterValidator,
    AllowInfNan,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Tag,
)

from passage.base import paths
from passage.params import messages

AUTO = "auto"
Seed = Annotated[int, Ge(0), Lt(2**32)]
Share = Annotated[float, Ge(0), Le(1)]
Folds = Annotated[int, Ge(2), Le(100)]
# Whatever is not the word is meant as a number, so a wrong one gets one line and not one for each alternative.
Number = TypeVar("Number", bound=float)
NumberOrAuto = Annotated[
    Annotated[Number, Tag(messages.NUMBER)] | Annotated[Literal["auto"], Tag(AUTO)],
    Discriminator(lambda value: AUTO if value == AUTO else messages.NUMBER),
]
# Columns that the pipeline adds to a table of predictions.
ADDED_COLUMNS = (
    *("actual", "log_odds", "probability", "probability_low", "probability_high", "predicted"),
    *("outside_training_range", "unseen_category"),
)


def _lane_name(name: str) -> str:
    if not paths.is_name(name):
        letters = f"letters, digits, _ and -, {paths.LONGEST_NAME} at most"
        raise messages.wrong(name, f"a name must consist of {letters}, and must not be score")
    return name


def _raw_table(name: str) -> str:
    if not paths.is_raw_table(name):
        raise messages.wrong(
            name, f"it must be a .csv or .parquet file below {paths.RAW}/, or a folder of them without a dot"
        )
    if any(unicodedata.category(letter) == "Cc" for letter in name):
        raise messages.wrong(name, "no control character may be in a file's name")  # DVC shows it as it is
    return name


# Dates and times as ISO 8601 writes them in full; 03/04/2026 would be a guess.
ISO_TIME = re.compile(r"\d{4}-\d{2}(-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}(:?\d{2})?)?)?)?", re.ASCII)
TIMES = "a date or time as 2026-03-01, 2026-03-01T09:30 or, with its time zone, 2026-03-01T09:30+01:00"


def _date_or_number(value: object) -> object:
    """Return a time in ISO 8601 (text) or a finite number as it is."""
    if isinstance(value, date):
        raise messages.wrong(value, f'it must be in quotes, "{value.isoformat()}", since DVC takes no bare date')
    if not (_is_time(value) if isinstance(value, str) else is_number(value)):
        raise messages.wrong(value, f"it must be a number, or {TIMES}")
    return value


def is_number(value: object) -> bool:
    """Return whether `value` is a finite number; true and false are none."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _is_time(text: str) -> bool:
    try:
        datetime.fromisoformat(f"{text}-01" if len(text) == len("2026-03") else text)
    except ValueError:
        return False
    return bool(ISO_TIME.fullmatch(text))


def _label(label: object) -> object:
    if not isinstance(label, str | bool | int) or label == "":
        raise messages.wrong(label, "it must be a text, a whole number, true or false")
    return label


def _value(value: object) -> object:
    if not isinstance(value, str | bool | int) and not is_number(value):
        raise messages.wrong(value, "it must be a text, a number, true or false")
    return value


Name = Annotated[str, AfterValidator(_lane_name)]
Label = Annotated[str | bool | int, BeforeValidator(_label)]
Value = Annotated[str | bool | int | float, BeforeValidator(_value)]
Limit = Annotated[float, AllowInfNan(False)]
DateOrNumber = Annotated[float | str, BeforeValidator(_date_or_number)]
RawTable = Annotated[str, AfterValidator(_raw_table)]
Column = Annotated[str, MinLen(1)]
LONGEST = 200  # letters of a phrase
Phrase = Annotated[str, MinLen(1), MaxLen(LONGEST)]


class Settings(BaseModel):
    """No unknown keys, no conversions (an int may stand for a float), no changes after reading."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)
