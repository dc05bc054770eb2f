"""How each feature is prepared, as a record one can read, and which columns of numbers become of it.

These columns are the design table: one for a number or a boolean, one for each category but the reference, and one for
each indicator. Nothing here needs the rows.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

MISSING = "missing"  # the category of values that are missing, where they are one of their own


@dataclass(frozen=True)
class Feature:
    """How one feature is prepared; what only its name says is a number without gaps.

    kind: number, category or boolean. missing: error, drop, or how fill is found, which takes a missing value's place:
    median, most_frequent, or category, where it is the category MISSING.
    indicator: whether a further column says where the value was missing. categories: those of the training rows as
    text, the reference first. unseen: what becomes of any other one, error or reference.
    """

    name: str
    kind: str = "number"
    missing: str = "error"
    fill: float | str | None = None
    indicator: bool = False
    categories: tuple[str, ...] = ()
    unseen: str = "error"

    def content(self) -> dict[str, Any]:
        """Return what is written of the feature: what it has to do with."""
        found: dict[str, Any] = {"kind": self.kind, "missing": self.missing}
        if self.fill is not None:
            found["fill"] = bool(self.fill) if self.kind == "boolean" else self.fill
        if self.indicator:
            found["indicator"] = True
        if self.categories:
            found |= {"reference": self.categories[0], "categories": sorted(self.categories), "unseen": self.unseen}
        return found


@dataclass(frozen=True)
class Column:
    """One column of the design table.

    kind: number, boolean, category or indicator. The last three are 0 or 1. value: what a 1 says. against: what a 0
    says where the feature's other columns are 0, too.
    """

    name: str
    feature: str
    kind: str
    value: str = ""
    against: str = ""


def read(written: Mapping[str, Any]) -> tuple[tuple[Feature, ...], list[Column]]:
    """Return the features of a scaler.json, and the columns of the design table."""
    records = written.get("preparation", {})
    features = tuple([_read(name, dict(record)) for name, record in records.items()] or map(Feature, written["center"]))
    return features, [
        replace(column, name=name) for column, name in zip(_all(features), written["center"], strict=True)
    ]


def _read(name: str, record: dict[str, Any]) -> Feature:
    reference, categories = record.pop("reference", ""), record.pop("categories", [])
    ordered = dict.fromkeys([reference, *categories]) if categories else {}
    if isinstance(record.get("fill"), bool | int):
        record["fill"] = float(record["fill"])
    return Feature(name, categories=tuple(ordered), **record)


def is_plain(features: Iterable[Feature]) -> bool:
    """Return whether the design table is the features as they are."""
    return all(feature == Feature(feature.name) for feature in features)


def columns(features: Sequence[Feature], target: str) -> list[Column]:
    """Return the columns of the design table, none with the name of another one, a feature or the target."""
    named: dict[str, Column] = {}
    own = {target, *(feature.name for feature in features)}
    for column in _all(features):
        name, number = column.name, 2
        while name in named or (name in own and name != column.feature):
            name, number = f"{column.name} ({number})", number + 1
        named[name] = replace(column, name=name)
    return list(named.values())


def _all(features: Iterable[Feature]) -> list[Column]:
    return [column for feature in features for column in _columns(feature)]


def _columns(feature: Feature) -> Iterable[Column]:
    match feature.kind:
        case "category":
            reference, *others = feature.categories
            for category in others:
                yield Column(f"{feature.name}={category}", feature.name, "category", category, reference)
        case "boolean":
            yield Column(feature.name, feature.name, "boolean", "true", "false")
        case _:
            yield Column(feature.name, feature.name, "number")
    if feature.indicator:
        yield Column(f"{feature.name} is missing", feature.name, "indicator", "missing", _shown(feature))


def _shown(feature: Feature) -> str:
    """Return what fills the gaps of `feature`, for people."""
    if isinstance(feature.fill, float):
        return str(bool(feature.fill)).lower() if feature.kind == "boolean" else f"{feature.fill:.10g}"
    return str(feature.fill)
