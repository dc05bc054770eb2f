"""How numbers are written in columns of text, and the same numbers as the pipeline reads them.

A number keeps its digits: only the sign between whole and fraction becomes a point, and what groups thousands goes.
`1,234` alone is two numbers; the other values decide, in its own column first, then in the table, or nobody does.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from passage.base.errors import Mistake
from passage.base.progress import bar
from passage.tables import names

# What stands for a missing value in every table ...
MISSING = pa.array(names.MISSING)
# ... and of these, some may be a category in one: no basement, Namibia, not applicable.
WORDS = pa.array(["NA", "N/A", "n/a", "None"])
# These are taken for it where all else in a column is a number.
MARKS = pa.array(["?", "-", "--", ".", "*"])

_EXPONENT = r"(?:[eE][+-]?\d+)?"
_PLAIN = rf"[+-]?(?:\d+\.?\d*|\.\d+){_EXPONENT}"
_COMMA = rf"[+-]?(?:\d+,?\d*|,\d+){_EXPONENT}"
_GROUPS = r"[+-]?[1-9]\d{{0,2}}(?:[{signs}]\d{{3}})+(?:{decimal}\d*)?"
_BLANKS = "' \u00a0\u202f\u2019"
READINGS = {
    "point": rf"{_PLAIN}|{_GROUPS.format(signs=',' + _BLANKS, decimal='[.]')}",
    "comma": rf"{_COMMA}|{_GROUPS.format(signs='.' + _BLANKS, decimal=',')}",
}
_GROUPING = {"point": f"[,{_BLANKS}]", "comma": f"[.{_BLANKS}]"}

# Whether a column is worth a closer look; RE2, which pyarrow uses, has it for millions of values a second.
_FOREIGN = rf"\d[,{_BLANKS}]\d|^[ +-]*,\d|\d,$|\.\d+\."


def plain(table: pa.Table, place: Callable[[int], str], abroad: bool) -> tuple[pa.Table, list[str], list[str]]:
    """Return `table`, all text, with the numbers of each column that holds nothing else written plainly.

    With what was changed, and what was left as it is, but may be meant otherwise. place: where a row stands, from 1, in
    words. abroad: the table comes from where
    1.234 may be meant as 1234. Raises Mistake where it cannot be told what the numbers of a column are.
    """
    table, blank = _without_blanks(table)
    looked_at = bar("reading numbers", "column", table.column_names)
    if not abroad and not any(_foreign(table[name]) for name in looked_at):
        return table, blank, []
    columns = {name: _Column.of(table[name]) for name in bar("reading numbers", "column", table.column_names)}
    evidence = {column.readings[0] for column in columns.values() if len(column.readings) == 1}
    written: dict[str, dict[str, tuple[pa.ChunkedArray, pa.ChunkedArray]]] = {reading: {} for reading in READINGS}
    doubts, wrong = [], []
    for position, (name, column) in enumerate(columns.items()):
        reading = column.reading(evidence)
        before = table[name]
        if reading is None:
            wrong.append(_ambiguous(before, column, name, place))
        elif reading and not (after := _plainly(before, reading)).equals(before):
            table = table.set_column(position, name, after)
            written[reading][name] = (before, after)
        elif abroad and column.ambiguous:
            value = column.values[0].as_py()
            doubts.append(f'{name}: "{value}" stays {value}, with a decimal point; is it {value.replace(".", "")}?')
    if wrong:
        raise Mistake(wrong)
    return table, blank + [line for reading in READINGS for line in _told(written[reading], reading)], doubts


def padded(table: pa.Table) -> list[str]:
    """Return the columns of `table`, all text, of which some value is digits that begin with a 0, as 01067."""
    return [name for name in table.column_names if pc.any(pc.match_substring_regex(table[name], r"^0\d+$")).as_py()]


def words(table: pa.Table) -> dict[str, dict[str, int]]:
    """Return in how many rows of each column of `table`, all text, which of WORDS stands, where one does."""
    counts = {name: pc.value_counts(table[name].filter(pc.is_in(table[name], WORDS))) for name in table.column_names}
    return {
        name: {one["values"]: one["counts"] for one in found.to_pylist()} for name, found in counts.items() if found
    }


def _without_blanks(table: pa.Table) -> tuple[pa.Table, list[str]]:
    """Return `table` with gaps where a value is nothing but blanks, and in words where that was."""
    found = []
    for position, name in enumerate(table.column_names):
        blank = pc.utf8_is_space(table[name])
        if pc.any(blank).as_py():
            table = table.set_column(position, name, pc.if_else(blank, "", table[name]))
            found.append(name)
    return table, [f"values of nothing but blanks became missing ones in {', '.join(found)}"] if found else []


def _marks(values: pa.Array | pa.ChunkedArray) -> pa.Array | pa.ChunkedArray:
    """Return where values are nothing but a mark for a missing one, blanks around it aside."""
    return pc.is_in(pc.utf8_trim_whitespace(values), MARKS)


def _foreign(column: pa.ChunkedArray) -> bool:
    marks, digits = _marks(column), pc.match_substring_regex(column, _FOREIGN)
    return bool(pc.any(marks).as_py() or pc.any(digits).as_py())


class _Column(NamedTuple):
    """The different values of a column that are no missing ones, and how they can be read; none: as no numbers."""

    values: pa.Array
    readings: list[str]

    @classmethod
    def of(cls, column: pa.ChunkedArray) -> "_Column":
        distinct = pc.unique(column)
        missing = pc.or_(pc.is_in(distinct, MISSING), _marks(distinct))
        values = distinct.filter(pc.invert(missing))
        return cls(values, [reading for reading in READINGS if len(values) and _fits(values, reading)])

    @property
    def ambiguous(self) -> bool:
        """Whether its values can be read in two ways that are not the same."""
        return len(self.readings) > 1 and not _written(self.values, "point").equals(_written(self.values, "comma"))

    def reading(self, evidence: set[str]) -> str | None:
        """Return how its values are to be read, "" where they are no numbers; None where that is anybody's guess.

        evidence: how those columns are read that can be read in one way only.
        """
        if len(self.readings) < 2:
            return next(iter(self.readings), "")
        if not self.ambiguous:
            return "point"
        if len(evidence) == 1:
            return next(iter(evidence))
        return "point" if _written(self.values, "point").equals(pc.utf8_trim_whitespace(self.values)) else None


def _fits(values: pa.Array, reading: str) -> bool:
    return all(
        pc.all(pc.match_substring_regex(pc.utf8_trim_whitespace(some), rf"^(?:{READINGS[reading]})$")).as_py()
        for some in (values[:100], values)
    )


def _written(values: pa.Array, reading: str) -> pa.Array:
    bare = pc.replace_substring_regex(pc.utf8_trim_whitespace(values), _GROUPING[reading], "")
    return pc.replace_substring(bare, ",", ".") if reading == "comma" else bare


def _plainly(column: pa.ChunkedArray, reading: str) -> pa.ChunkedArray:
    """Return `column` with its numbers written plainly, gaps for MARKS, and all else, blanks too, as it is."""
    written = _written(column, reading)
    stays = pc.or_(pc.is_in(column, MISSING), pc.equal(written, pc.utf8_trim_whitespace(column)))
    return pc.if_else(_marks(column), "", pc.if_else(stays, column, written))


def _told(changed: Mapping[str, tuple[pa.ChunkedArray, pa.ChunkedArray]], reading: str) -> Iterator[str]:
    """Yield one line for all columns whose numbers were written in one way, with one value of each."""
    examples = []
    for name, (before, after) in changed.items():
        marks = _marks(before)
        if pc.any(marks).as_py():
            marked = " and ".join(f'"{mark}"' for mark in pc.unique(before.filter(marks)).to_pylist())
            yield f"{marked} became a missing value in {name}"
        place = pc.index(pc.and_(pc.not_equal(before, after), pc.invert(marks)), value=True).as_py()
        if place >= 0:
            examples.append(f'{name} ("{before[place]}" became {after[place]})')
    if examples:
        yield f"numbers with a decimal {reading} are written plainly in {', '.join(examples)}"


def _ambiguous(column: pa.ChunkedArray, found: _Column, name: str, place_of: Callable[[int], str]) -> str:
    point, comma = (_written(found.values, reading) for reading in READINGS)
    place = pc.index(pc.not_equal(point, comma), value=True).as_py()
    value = found.values[place].as_py()
    row = pc.index(column, value).as_py() + 1
    return (
        f'{place_of(row)}: {name} is "{value}", which may be {comma[place]} or {point[place]}, and nothing else in '
        "the table tells; write its numbers with a decimal point and without signs between thousands"
    )
