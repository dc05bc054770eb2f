"""Who is in the data, by what became of them, as a table."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from passage.evaluation.vocabulary import Vocabulary
from passage.model.design import MISSING, Feature
from passage.report.numbers import alike, number, share
from passage.report.tables import UNDER, Table

MOST = 30  # rows


def who(metrics: Mapping[str, Any], features: Sequence[Feature], words: Vocabulary) -> Table:
    """Return the counts, medians and gaps by class; of more than MOST rows, the first. features: as prepared."""
    first, *described = metrics["described"]
    prepared = {one.name: one for one in features}
    rows = [row for one in described for row in _rows(one, first["rows"], prepared[one["feature"]], words)]
    heads = ["", *(f"{name} ({count:,})" for name, count in zip(words.classes, first["rows"], strict=True))]
    shown = "" if len(rows) <= MOST else f"{MOST} of {len(rows):,} rows; all are in metrics/{words.model}.json."
    return Table(f"Who is in the data of {words.model}", heads, rows[:MOST], shown)


def _rows(one: Mapping[str, Any], every: Sequence[int], feature: Feature, words: Vocabulary) -> Iterator[list[str]]:
    name, missing = words.axis(one["feature"]), one["missing"]
    if "quartiles" in one:
        shown = iter(alike([value for part in one["quartiles"] for value in part]))
        parts = [[next(shown) for _ in part] for part in one["quartiles"]]
        yield [
            f"{name}, median (quartiles)",
            *(f"{part[1]} ({part[0]} to {part[2]})" if part else "none" for part in parts),
        ]
    else:
        yield [name, "", ""]
        for level in one["levels"]:
            own = ", a category for predictions alone" if level["level"] == MISSING and sum(missing) else ""
            yield [f"{UNDER}{level['level']}{own}", *_shares(level["rows"], every)]
    if sum(missing) and feature.missing != "category":
        filled = feature.fill if isinstance(feature.fill, str) else number(float(feature.fill or 0))
        filled = str(bool(feature.fill)).lower() if feature.kind == "boolean" else filled
        yield [f"{UNDER}missing, for predictions {filled}", *_shares(missing, every)]


def _shares(counts: Sequence[int], rows: Sequence[int]) -> list[str]:
    return [f"{count:,} ({share(count / of)})" if of else "none" for count, of in zip(counts, rows, strict=True)]
