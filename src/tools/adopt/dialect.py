"""How a text table of the user's is written: its encoding and what stands between its values.

pandas finds the separator with csv.Sniffer, from the first line alone, and csv.Sniffer goes by letters that come up
often. charset-normalizer, made for pages of text, takes a German table of a few lines in Windows-1252 for UTF-16,
cp1125 or cp1006. A table has more to go by: its rows are as wide as its header, and the target is in it.
"""

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from passage.base.errors import Mistake
from passage.tables import header

SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar"}
GUESS = "Windows-1252"  # the encoding of what is nothing else
SAMPLE = 1_000_000  # bytes at the beginning of a table, by which its separator is found
CHUNK = 1 << 24
MARKS = {
    codecs.BOM_UTF8: ("utf-8", "UTF-8 with a byte order mark"),
    codecs.BOM_UTF16_LE: ("utf-16-le", "UTF-16"),
    codecs.BOM_UTF16_BE: ("utf-16-be", "UTF-16"),
}

_SEPARATOR_LINE = re.compile(rb'"?sep=([^\w\r\n"])"?[,;\t|]*\r?\n', re.IGNORECASE)
_LINE_END = re.compile(rb"\r\n|\n|\r")
_NOT_ASCII = re.compile(rb"[\x80-\xff]")
WORD = 40  # bytes on each side of a letter, among which the word is that it stands in

csv.field_size_limit(2**31 - 1)  # a cell may hold a text of any length, as for pandas


def utf8(content: bytes, path: Path) -> tuple[bytes, str]:
    """Return the text in `content` as UTF-8 without a byte order mark, and what its encoding was.

    Without a mark, it is UTF-8 where it can be, UTF-16 where every other byte is 0, else Windows-1252 (which agrees
    with Latin-1 in all printable characters). Raises Mistake with the line where it is none of them, or a mixture.
    """
    for mark, (codec, encoding) in MARKS.items():
        if content.startswith(mark):
            return _recoded(content[len(mark) :], codec, encoding, path), encoding
    head = content[:1000]
    zeros = [head[side::2].count(0) for side in (0, 1)]
    if max(zeros) > len(head) / 4:
        codec = "utf-16-be" if zeros[0] > zeros[1] else "utf-16-le"
        return _recoded(content, codec, "UTF-16", path), "UTF-16"
    place = _not_utf8(content)
    if place is None:
        return _without_zeros(content, path), "UTF-8"
    wrong = content.count(b"\n", 0, place) + 1
    lines = enumerate(content.split(b"\n"), start=1)
    if any(_not_utf8(line) is None for number, line in lines if number != wrong and not line.isascii()):
        raise Mistake(f"{path}, line {wrong}: this is not UTF-8, but other lines are; save the whole table as UTF-8")
    return _recoded(content, "cp1252", GUESS, path), GUESS


def _recoded(content: bytes, codec: str, encoding: str, path: Path) -> bytes:
    if codec == "utf-8" and _not_utf8(content) is None:
        return _without_zeros(content, path)
    try:
        return _without_zeros(content.decode(codec).encode(), path)
    except UnicodeDecodeError as error:
        line = content[: error.start].decode(codec, errors="replace").count("\n") + 1
        raise Mistake(
            f"{path}, line {line}: the byte {content[error.start]:#04x} is not {encoding}, nor is the table in another "
            "encoding that is known here; save it as UTF-8"
        ) from None


def _without_zeros(content: bytes, path: Path) -> bytes:
    if (place := content.find(0)) >= 0:
        line = content.count(b"\n", 0, place) + 1
        raise Mistake(f"{path}, line {line}: there is a byte of 0; this is not a table in text, or is a damaged one")
    return content


def _not_utf8(content: bytes) -> int | None:
    """Return where the first byte is that is not UTF-8, without a copy of the text."""
    decoder, view = codecs.getincrementaldecoder("utf-8")(), memoryview(content)
    for start in range(0, len(content) + 1, CHUNK):
        waiting = len(decoder.getstate()[0])
        try:
            decoder.decode(view[start : start + CHUNK], final=start + CHUNK > len(content))
        except UnicodeDecodeError as error:
            return start - waiting + error.start
    return None


def without_separator_line(content: bytes) -> tuple[bytes, str]:
    """Return `content` with a blank line for the one that Excel goes by, `sep=;`, and what it names; "" where none is.

    As the line stays, all others keep their numbers.
    """
    found = _SEPARATOR_LINE.match(content)
    one = found[1].decode() if found else ""
    return (b"\n" + content[found.end() :], one) if found and one in SEPARATORS else (content, "")


def foreign_word(content: bytes) -> str:
    """Return the first word in `content` (UTF-8) with a letter that is not ASCII."""
    place = next(_NOT_ASCII.finditer(content)).start()
    around = content[max(place - WORD, 0) : place + WORD].decode(errors="ignore")
    return next(word for word in re.split(r'[\s,;|"]', around) if not word.isascii())


def separator(content: bytes, target: str) -> str:
    """Return what separates the values of the table in `content` (UTF-8).

    It is the separator that leaves a column named `target` in the header; among several, or none, the one that leaves
    most rows as wide as the header; then the one that makes the widest. The rows are those in the first megabyte.
    """
    sample = content[:SAMPLE]
    if len(content) > SAMPLE:
        sample = sample[: sample.rfind(b"\n") + 1] or sample
    text = sample.decode(errors="ignore")
    return max(SEPARATORS, key=lambda one: _fitness(text, one, target, len(content) > SAMPLE))


def _fitness(text: str, one: str, target: str, cut: bool) -> tuple[bool, bool, float, int]:
    rows = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=one, skipinitialspace=True) if row]
    header = [name.strip() for name in rows[0]] if rows else []
    width = len(header)
    widths = Counter(len(row) for row in (rows[1:-1] if cut else rows[1:]))
    fits = widths[width] / widths.total() if widths else 0.0
    return target in header, width > 1, fits, width


def renamed(content: bytes, one: str, names: list[str], path: Path) -> bytes:
    """Return `content` with other names in its first line that is not blank; all lines keep their numbers."""
    line, _ = next(records(content, one, path))
    ends = [found.end() for found in islice(_LINE_END.finditer(content), line)]
    start = ends[line - 2] if line > 1 else 0
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=one, lineterminator="\n").writerow(names)
    return content[:start] + text.getvalue().encode() + content[ends[line - 1] :]


def records(content: bytes, one: str, path: Path, *, blanks: bool = False) -> Iterator[tuple[int, list[str]]]:
    """Yield each record of `content` (UTF-8), with the number of its last line. one: the separator."""
    lines = io.TextIOWrapper(io.BytesIO(content), encoding="utf-8", newline="")
    return header.parse(lines, path, one, blanks=blanks)
