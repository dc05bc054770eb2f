"""The predictions of one model: of test rows and of new ones, the wrong and the unbelievable ones marked."""

import csv
from collections.abc import Iterator, Mapping
from math import isnan
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as compute
import pyarrow.csv as pc

from passage.base import paths
from passage.model import design
from passage.params.labels import written
from passage.params.types import ADDED_COLUMNS
from passage.report.numbers import level, share
from passage.report.sections import Section
from passage.report.tables import Table

MOST = 50  # rows of a table
ENDS = ("probability_low", "probability_high")
WRONG, DOUBTED = "wrong", "not to be believed"


def predictions(one: Section) -> Iterator[tuple[str, Table]]:
    """Yield the predictions of test rows and of each batch that has rows, with a line on what is in the table."""
    found = {f"Test {one.words.rows}": paths.ModelPaths(one.name).predictions}
    found |= {f"New rows, {batch}": paths.scored(batch) for batch in one.batches}
    for title, path in found.items():
        worth_it, count = _worth_a_look(_read(path), written(one.model["classes"][0]))
        if not count:
            continue
        table = _table(title, path, worth_it, count, one)
        marks = [row[-1] for row in table.rows]
        told = [f"{sum(what in mark for mark in marks)} {what}" for what in (WRONG, DOUBTED)]
        yield ", ".join([f"{title}: {count:,}", *(text for text in told if text[0] != "0")]), table


def _read(path: Path) -> Iterator[pa.Table]:
    """Yield the predictions at `path`, as text, some rows after the other."""
    with path.open(encoding="utf-8", newline="") as lines:
        names = next(csv.reader(lines))
    parts = pc.open_csv(
        path,
        parse_options=pc.ParseOptions(newlines_in_values=True),
        convert_options=pc.ConvertOptions(column_types=dict.fromkeys(names, pa.string())),
    )
    return (pa.Table.from_batches([part]) for part in parts)


def _table(title: str, path: Path, worth_it: pa.Table, count: int, one: Section) -> Table:
    """Return the predictions that are most worth a look, of so many."""
    classes = dict(zip(map(written, one.model["classes"]), one.words.classes, strict=True))
    columns = [name for name in worth_it.column_names if name not in ADDED_COLUMNS]
    labels = [name for name in ("actual", "predicted") if name in worth_it.column_names]
    rows, marked = [], []
    for place, row in enumerate(worth_it.to_pylist()):
        marks = [WRONG] * ("actual" in labels and row["actual"] != row["predicted"])
        for name, limits in one.model["training_range"].items():
            marks += [f"{DOUBTED}: {why}"] if (why := _outside(name, row[name], limits)) else []
        marked += [place] * bool(marks)
        says = [classes[row[name]] for name in labels]
        ends = [row[end] for end in ENDS if row.get(end)]
        chance = [share(float(row["probability"])), " to ".join(share(float(end)) for end in ends)]
        rows.append([*(row[name] for name in columns), *says, *chance, "; ".join(marks)])
    some = f"{len(rows)} of {count:,}: those outside the training range, then those thought least likely. "
    caption = f"{some if len(rows) < count else ''}All are in {path}."
    sure = f"{level(one.confidence)} ({one.words.firth})"
    heads = [*columns, *labels, f"{one.words.probability} of {one.words.outcome}", sure, "mark"]
    return Table(f"{title}, {one.name}", heads, rows, caption, marked=marked)


def _worth_a_look(parts: Iterator[pa.Table], negative: str) -> tuple[pa.Table, int]:
    """Return the rows that are most worth a look, in the table's order, and how many there are in all.

    parts: some rows of a table of text after the other. negative: as of `_places`.
    """
    found, count = None, 0
    for part in parts:
        known = part if found is None else pa.concat_tables([found, part])
        found, count = known.take(pa.array(_places(known, negative), pa.int64())), count + part.num_rows
    return pa.table({}) if found is None else found, count


def _places(table: pa.Table, negative: str) -> list[int]:
    """Return which rows are most worth a look: outside the training range, or what happened was thought unlikely.

    table: of text. negative: the label of which great log-odds are a surprise.
    """
    names, log_odds = table.column_names, compute.cast(table["log_odds"], pa.float64())
    surprise, outside = compute.multiply(log_odds, 0.0), compute.is_null(log_odds)
    if "actual" in names:
        surprise = compute.if_else(compute.equal(table["actual"], negative), log_odds, compute.negate(log_odds))
    if "outside_training_range" in names:
        outside = compute.equal(table["outside_training_range"], "true")
    looks = {"outside": outside.cast(pa.int8()), "surprise": surprise, "row": pa.array(np.arange(table.num_rows))}
    order = [("outside", "descending"), ("surprise", "descending"), ("row", "ascending")]
    found = compute.select_k_unstable(pa.table(looks), min(MOST, table.num_rows), order)
    return sorted(found.to_pylist())


def _outside(name: str, text: str, limits: Mapping[str, Any]) -> str:
    """Return why a value, as it stands in the table, is outside the training range; nothing where it is not."""
    values = limits.get("values")
    if values is None:
        try:
            beyond = not limits["least"] <= float(text) <= limits["greatest"]
        except ValueError:  # it is missing
            return ""
        return f"{name} is outside the training range" if beyond and not isnan(float(text)) else ""
    if isinstance(values[0], bool):
        text = {"1": "true", "0": "false"}.get(text, text.lower())
    if text in map(written, values) or (text == "" and limits.get("gaps", True)):
        return ""
    return f"no training row has {name} {text or design.MISSING}"
